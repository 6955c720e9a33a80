"""Why there is no backup, or why one is not restored."""


class BackupRefused(Exception):
    """The text says why and what to do, for operators."""
