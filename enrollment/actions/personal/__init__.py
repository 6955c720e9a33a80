"""What is stored about a person: found, given out, forgotten."""
