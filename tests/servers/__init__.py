"""Real servers for the tests: PostgreSQL and gunicorn, on the loopback, ended by their process ids."""
