"""What every kind of directory answers with."""

from dataclasses import dataclass


class DirectoryUnavailable(Exception):
    """The directory could not be asked, which is neither found nor not found."""


@dataclass(frozen=True)
class Group:
    """A group of a directory; providers that send names alone have the same for both."""

    id: str
    name: str


@dataclass(frozen=True)
class Entry:
    """A person as a directory knows them; ``source`` and ``external_id`` together never change."""

    source: str
    external_id: str
    user_name: str
    full_name: str = ""
    email: str = ""
    department: str = ""
    building: str = ""
    room: str = ""
    phone: str = ""
    position: str = ""
    groups: tuple[Group, ...] = ()
