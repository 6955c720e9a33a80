"""The server of these stories, on both engines."""

from tests.servers.fixtures import folder, server, sqlite_server

__all__ = ["folder", "server", "sqlite_server"]
