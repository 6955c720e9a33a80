"""PostgreSQL's own work for one connection, which other programs disturb less than they do the clock. Linux only."""

import os
from pathlib import Path

from django.db import connection


def processor_seconds() -> float:
    """Since the connection began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    # After the name in parentheses: proc(5) counts utime and stime as fields 14 and 15, that name as the second.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
