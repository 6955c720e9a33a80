"""Processes killed in the middle of what must survive it."""
