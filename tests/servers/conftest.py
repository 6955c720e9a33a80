"""Servers of these stories."""

from tests.servers.fixtures import folder, postgres_server, sqlite_server

__all__ = ["folder", "postgres_server", "sqlite_server"]
