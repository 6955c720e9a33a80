"""The server that answers the retry, on both engines."""

from tests.servers.fixtures import folder, server

__all__ = ["folder", "server"]
