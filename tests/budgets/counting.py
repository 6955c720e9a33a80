"""What a request costs, counted."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

# Transactions are free: they cost no look-up, and tests run inside one already.
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def queries() -> Iterator[list[str]]:
    """The SQL of the block, complete when it ends."""
    counted: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield counted
    sent = (query["sql"] for query in captured.captured_queries)
    counted += [sql for sql in sent if not sql.startswith(CONTROL)]
