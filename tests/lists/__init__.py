"""Lists at a million rows, changes of many, two people at one row, auditors."""
