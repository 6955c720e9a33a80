"""Whether an installation is well: `manage.py doctor`. A new check is one function and one line in checks.py."""
