from collections.abc import Iterator
from contextlib import contextmanager


class PkiError(Exception):
    """What a stranger sent cannot be used.

    One flat error for garbage, forgery and weak keys alike, so that no answer can tell them apart. `reason`
    is for the log: it names the check that failed and never holds keys, challenges or received bytes.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def flattened(what: str) -> Iterator[None]:
    """Turn whatever a parser raises over a stranger's bytes into PkiError.

    The libraries for ASN.1 and cryptography raise many classes, some only when a field is first looked at.
    """
    try:
        yield
    except PkiError:
        raise
    except Exception as error:
        raise PkiError(f"{what}: {type(error).__name__}") from error
