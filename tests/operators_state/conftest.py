"""Databases on both engines, and servers on them."""

from tests.servers.fixtures import folder

__all__ = ["folder"]
