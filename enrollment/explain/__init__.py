"""Why somebody may enroll or may not, in plain words, without trying it: for the administration and the command."""
