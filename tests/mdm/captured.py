"""Messages that real devices sent, as other projects published them (see tests/data/SOURCES-mdm.md)."""

from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
CHECK_INS = tuple(
    sorted(
        path
        for path in DATA.rglob("*")
        if path.suffix in (".xml", ".plist") and b"<key>MessageType</key>" in path.read_bytes()
    )
)
REPORTS = tuple(
    sorted(
        path
        for path in DATA.rglob("*")
        if path.suffix in (".xml", ".plist") and b"<key>CommandUUID</key>" in path.read_bytes()
    )
)


def captured(name: str) -> bytes:
    return (DATA / name).read_bytes()
