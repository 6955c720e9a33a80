"""Two at once, on SQLite and on PostgreSQL, against gunicorn with two processes."""
