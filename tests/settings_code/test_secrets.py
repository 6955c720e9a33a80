"""Secrets by reference: where they come from, when they stay, and that none is ever shown."""

import io
import logging
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site

from enrollment.models import CloudIdentityProvider, DirectoryServer, Event
from sites_config.secrets import decrypt
from tests.rules.tables import dump
from tests.settings_code.commands import apply, document, export, stored
from tests.settings_code.district import SECRETS, VARIABLES

ANOTHER_HOOK = "whsec_Y2FuYXJ5LWFub3RoZXItc2VjcmV0LW9mLXRoaXM="
SERVER = """\
  - name: Main LDAP
    hosts: {hosts}
    user_base: ou=people,dc=northwind,dc=example
    bind_password: {password}
"""
HOSTS = "ldap1.northwind.example ldap2.northwind.example:3636"


def server(password: str, hosts: str = HOSTS) -> str:
    return document(directory_servers=SERVER.format(hosts=hosts, password=password))


def password() -> str:
    stored_now = DirectoryServer.objects.get(name="Main LDAP").bind_password_encrypted
    return decrypt(stored_now).decode() if stored_now else ""


def test_from_the_environment(district: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDAP_PASSWORD", "the next one")

    said = apply(stored(tmp_path, server("{env: LDAP_PASSWORD}")))

    assert "  directory_servers[Main LDAP].bind_password: changed\n" in said.text and said.last == "1 changed"
    assert password() == "the next one"


def test_from_a_file_beside_this_one_without_its_line_end(district: Site, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/ldap").write_bytes(b" with blanks \r\n")

    apply(stored(tmp_path, server("{file: secrets/ldap}")))

    assert password() == " with blanks "


def test_what_stays_is_not_told_as_changed(district: Site, tmp_path: Path) -> None:
    said = apply(stored(tmp_path, server("{keep: true}") + "    position: 4\n"))

    assert "position: 1 → 4" in said.text and "bind_password" not in said.text and said.last == "1 changed"


def test_it_may_be_taken_away(district: Site, tmp_path: Path) -> None:
    assert apply(stored(tmp_path, server("null"))).last == "1 changed"

    assert password() == ""


@pytest.mark.parametrize("reference", ["{keep: true}", "{env: SAME}"])
def test_the_same_changes_nothing(
    district: Site, tmp_path: Path, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAME", SECRETS["bind_password"])
    before = DirectoryServer.objects.get(name="Main LDAP").bind_password_encrypted

    assert apply(stored(tmp_path, server(reference))).last == "nothing to change"
    assert DirectoryServer.objects.get(name="Main LDAP").bind_password_encrypted == before


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("hunter2", "A secret never stands in the file: write {env: NAME}"),
        ("{password: hunter2}", "A secret never stands in the file"),
        ("{env: A, file: B}", "A secret never stands in the file"),
        ("{keep: false}", "A secret never stands in the file"),
        ("[hunter2]", "A secret never stands in the file"),
        ("{env: NO_SUCH_VARIABLE}", "The environment variable NO_SUCH_VARIABLE is not set."),
        ("{env: 'A=B'}", "The environment variable A=B is not set."),
        ("{file: no-such-file}", "no-such-file can't be read: No such file or directory."),
        ("{file: empty}", "empty is empty."),
        ("{file: binary}", "binary is no text in UTF-8."),
        ("{file: zero}", "zero contains a character that no password has."),
        ("{file: large}", "large is larger than 65536 bytes."),
    ],
)
def test_what_leads_to_no_secret_is_said(district: Site, tmp_path: Path, reference: str, words: str) -> None:
    files = {"empty": b"\n", "binary": b"\xff\xfe", "zero": b"a\0b", "large": b"x" * 70_000}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    said = apply(stored(tmp_path, server(reference)))

    assert said.status == 2
    assert "site.yaml:9: directory_servers[Main LDAP].bind_password: " in said.text and words in said.text
    assert "hunter2" not in said.text


def test_there_is_nothing_to_keep_in_a_new_row(district: Site, tmp_path: Path) -> None:
    text = server("{keep: true}").replace("Main LDAP", "New LDAP")

    assert (
        "directory_servers[New LDAP].bind_password: There is no stored secret to keep."
        in apply(stored(tmp_path, text)).text
    )


def test_a_stored_secret_never_goes_to_another_server(
    district: Site, tmp_path: Path, variables: None
) -> None:
    """As in the administration: whoever may change where it goes could read it."""
    for reference in ("{keep: true}", "null # not said"):
        text = server(reference, hosts="evil.example").replace("    bind_password: null # not said\n", "")
        said = apply(stored(tmp_path, text))
        assert said.status == 2
        assert (
            "bind_password: It would go to another place now (hosts): say it anew, by env or file."
            in said.text
        )
        assert "client_key: It would go to another place" in said.text

    name = next(name for name, key in VARIABLES.items() if key == "bind_password")
    key = next(name for name, key in VARIABLES.items() if key == "client_key")
    text = server(f"{{env: {name}}}\n    client_key: {{env: {key}}}", hosts="moved.example")
    assert apply(stored(tmp_path, text)).status == 0
    assert DirectoryServer.objects.get(name="Main LDAP").hosts == "moved.example"


def test_the_key_of_a_service_account_has_to_be_one(
    district: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", '{"private_key": "canary"}')
    rows = "  - name: Northwind Google\n    service_account: {env: KEY}\n"

    said = apply(stored(tmp_path, document(cloud_identity_providers=rows)))

    assert "service_account: The JSON of a service account has client_email and private_key." in said.text
    assert "canary" not in said.text
    said = apply(stored(tmp_path, document(cloud_identity_providers=rows.replace("{env: KEY}", "null"))))
    assert "service_account: Needed to find people: its JSON key, by env or file." in said.text


def test_no_secret_is_ever_shown(
    school: Site,
    variables: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Through an export, a comparison, a failure, a change and a copy; all that is said, logged and stored in clear."""
    out, err = io.StringIO(), io.StringIO()
    with caplog.at_level(logging.DEBUG), redirect_stdout(out), redirect_stderr(err):
        text = export("northwind.example", "north-school")
        shown = [text, export("northwind.example", keep_secrets=True)]
        for name in VARIABLES:
            if not name.endswith("SERVICE_ACCOUNT"):
                monkeypatch.setenv(name, ANOTHER_HOOK if "INVENTORY" in name else f"canary, another {name}")
        file = stored(tmp_path, text)
        shown += [apply(file, diff=True).text]
        shown += [apply(stored(tmp_path, text.replace("Europe/Berlin", "Mars"), "wrong.yaml")).text]
        shown += [apply(file, user="anna").text]
    shown += [caplog.text, out.getvalue(), err.getvalue()]
    shown += [str([*LogEntry.objects.values(), *Event.objects.values()]), str(dump())]

    assert "canary" not in "".join(shown) and "whsec_" not in "".join(shown)
    assert "BEGIN PRIVATE KEY" not in "".join(shown)
    assert password().startswith("canary, another") and CloudIdentityProvider.objects.count() == 1
    assert shown[2].count(": changed") == 4 and "4 would change" in shown[2]


def test_names_of_variables_differ(district: Site) -> None:
    """Of servers whose names differ in nothing that a variable could have."""
    for name in ("LDAP 1", "LDAP-1", "مكتبة", "图书馆"):
        DirectoryServer.objects.create(
            site=district, name=name, hosts="x", user_base="x", bind_password_encrypted=b"anything"
        )

    lines = [line for line in export("northwind.example").splitlines() if "bind_password" in line]

    assert len(set(lines)) == 5
    assert all(line.isascii() for line in lines)
