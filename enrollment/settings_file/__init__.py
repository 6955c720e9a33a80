"""A site's settings as a file: rows to YAML and back, the same every time."""
