"""R24: the demonstration on a local network: an authority that a phone trusts once, at an address that is free."""

import errno
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography import x509
from django.core.management.base import CommandError

from enrollment.management import demo_address
from enrollment.management.demo_tls import certificate_for, print_qr_code, root_path
from tests.rules.start import run

NOW = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)


def _root_after(var: Path, **later: int) -> bytes:
    certificate, _key = certificate_for("192.0.2.7", var, NOW + timedelta(**later))
    leaf, root = x509.load_pem_x509_certificates(certificate.read_bytes())
    leaf.verify_directly_issued_by(root)
    assert x509.load_pem_x509_certificate(root_path(var).read_bytes()) == root
    return root_path(var).read_bytes()


def test_r24_a_phone_trusts_the_authority_of_the_demonstration_once(tmp_path: Path) -> None:
    assert _root_after(tmp_path) == _root_after(tmp_path, days=600)


def test_r24_an_authority_that_ends_within_thirty_days_is_made_anew(tmp_path: Path) -> None:
    first = _root_after(tmp_path)
    assert first == _root_after(tmp_path, days=699)
    assert first != _root_after(tmp_path, days=701)


def test_r24_a_damaged_authority_is_made_anew(tmp_path: Path) -> None:
    first = _root_after(tmp_path)
    (tmp_path / "demo-tls-authority.pem").write_text("damaged")
    assert first != _root_after(tmp_path)


def test_r24_nobody_else_reads_the_keys_of_its_tls(tmp_path: Path) -> None:
    (tmp_path / "demo-tls.key").touch(mode=0o644)
    _root_after(tmp_path)
    files = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    names = ("demo-tls-authority.pem", "demo-tls.key", "demo-tls.pem", "demo-root.pem")
    assert files == dict.fromkeys(names, "0o600")
    assert b"PRIVATE" not in root_path(tmp_path).read_bytes()


def test_r24_it_says_which_file_the_phone_needs_and_how_it_gets_there(tmp_path: Path) -> None:
    out = StringIO()
    print_qr_code("https://192.0.2.7:8000/enroll/", root_path(tmp_path), out)
    said = out.getvalue()
    assert f" {tmp_path / 'demo-root.pem'} " in said and "AirDrop" in said and "mail" in said
    assert said.endswith("\n")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of the loopback that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def test_r24_it_listens_on_the_loopback_unless_a_host_is_named() -> None:
    port = _free_port()
    assert demo_address.demo_address({"PORT": port}) == ("", int(port))
    assert demo_address.demo_address({"PORT": port, "HOST": "LocalHost"}) == ("localhost", int(port))


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 80", "٨٠"])
def test_r24_a_port_that_is_none_is_refused_with_a_sentence(port: str) -> None:
    with pytest.raises(CommandError, match="PORT must be a number from 1 to 65535"):
        demo_address.demo_address({"PORT": port})


@pytest.mark.parametrize("host", ["https://a.example", "a.example:8000", "a/b", " ", "-a", "::1"])
def test_r24_a_host_that_is_none_is_refused_with_a_sentence(host: str) -> None:
    with pytest.raises(CommandError, match="HOST must be a host name or an IPv4 address"):
        demo_address.demo_address({"HOST": host})


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "HOST=phone.example can't be resolved"),
        (OSError(errno.EADDRNOTAVAIL, "not here"), "HOST=phone.example is no address of this computer"),
        (
            PermissionError(errno.EACCES, "Permission denied"),
            r"phone.example:443 can't be .* Permission denied",
        ),
    ],
)
def test_r24_an_address_of_somebody_else_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: OSError, says: str
) -> None:
    def bind(self: socket.socket, address: object) -> None:
        raise error

    monkeypatch.setattr(socket.socket, "bind", bind, raising=False)
    with pytest.raises(CommandError, match=says):
        demo_address.listener("phone.example", 443)


COMMAND = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "{command}"])
"""


def _command(command: str, folder: Path, **environment: str) -> tuple[str, str]:
    """What it prints and what it complains of."""
    told = {
        "GATEHOUSE_DEMO": "1",
        "GATEHOUSE_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "sites_config.settings",
    }
    result = run(COMMAND.format(command=command), told | environment)
    assert result.returncode == 1, result.stdout
    return result.stdout, result.stderr


def test_r24_no_fact_is_printed_of_a_demonstration_whose_port_is_taken(tmp_path: Path, taken: int) -> None:
    said, complaint = _command("demo", tmp_path, PORT=str(taken))
    assert said == ""
    assert complaint.startswith(f"CommandError: Port {taken} is taken: choose another one")


def test_r24_a_device_without_a_demonstration_is_told_to_start_one(tmp_path: Path) -> None:
    _said, complaint = _command("waiting_profile", tmp_path)
    assert complaint == "CommandError: There is no demonstration yet: start `make run` first.\n"
