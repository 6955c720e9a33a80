"""manage.py doctor: an installation in full swing, its lines, its exit status; nothing stops the others."""

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.utils import timezone

from enrollment.actions.heartbeats import OUTBOX, beat
from enrollment.doctor.checks import CHECKS
from enrollment.doctor.deadline import within
from enrollment.doctor.examine import examine
from enrollment.doctor.finding import Asked, Check, Finding, State
from enrollment.models import DirectoryServer, PushCertificate
from tests import people
from tests.operators.consulted import consulted
from tests.rules.start import BASE, production
from tests.rules.tables import changed, dump

NAMES = ["database", *(check.name for check in CHECKS)]
GOOD = Finding(State.OK, "good")


def test_an_installation_in_full_swing_has_nothing_that_failed(public: str, server: DirectoryServer) -> None:
    beat(OUTBOX, now=timezone.now())
    before = dump()

    told = consulted(public)

    assert (told.status, told.state) == (0, "warning"), told.rows
    assert [row["check"] for row in told.rows] == sorted((row["check"] for row in told.rows), key=NAMES.index)
    assert {row["check"] for row in told.rows} == set(NAMES)
    warnings = {row["check"] for row in told.rows if row["state"] == "warning"}
    # SQLite, no collected files, TLS and CA of 30 days, no public authority; mail is kept in memory.
    assert warnings == {"database", "folders", "tls", "verified", "ca-certificate", "mail"}
    assert all(row["todo"] for row in told.rows if row["state"] != "ok")
    assert changed(before, dump()) == {}, "it only looks"


@pytest.mark.django_db
def test_it_says_one_line_for_each_thing(alpha: Site) -> None:
    out = io.StringIO()
    PushCertificate.objects.all().delete()

    with pytest.raises(CommandError, match=r"^\d of \d\d failed: see above\.$"):
        call_command("doctor", "--url=http://alpha.test", stdout=out)

    lines = out.getvalue().splitlines()
    assert {line.split()[0] for line in lines} == {"ok", "warning", "failed"}
    assert list(dict.fromkeys(line.split()[1] for line in lines)) == NAMES
    said = next(line for line in lines if " push " in line)
    assert said.startswith("failed   push            Alpha School: no push certificate") and (
        "→ manage.py import_push_certificate" in said
    )


def _raises(_asked: Asked) -> Iterator[Finding]:
    yield GOOD
    raise KeyError("a secret that stood in the way")


def _hangs(_asked: Asked) -> Iterator[Finding]:
    never = threading.Event()

    def waits() -> Finding:
        never.wait(60)
        return GOOD

    yield from within(0.05, [("slow.test", waits), ("quick.test", lambda: GOOD)])


def _sends_nonsense(_asked: Asked) -> Iterator[Finding]:
    def broken() -> Finding:
        raise ValueError("a secret in the answer")

    yield from within(5, [("broken.test", broken)])


@pytest.mark.django_db
def test_one_that_raises_or_hangs_stops_no_other() -> None:
    checks = [Check(each.__name__, each) for each in (_raises, _hangs, _sends_nonsense)]
    checks.append(Check("last", lambda _asked: [GOOD]))

    found = list(examine(Asked(timezone.now()), checks))[1:]

    assert [(name, finding.state) for name, finding in found] == [
        ("_raises", "failed"),
        ("_hangs", "failed"),
        ("_hangs", "ok"),
        ("_sends_nonsense", "failed"),
        ("last", "ok"),
    ]
    texts = [finding.text for _name, finding in found]
    assert "KeyError in _raises, line" in texts[0] and "ValueError in broken, line" in texts[3]
    assert texts[1] == "no answer within 0.05 seconds"
    assert "secret" not in " ".join(texts)


@pytest.mark.django_db
def test_what_a_server_says_of_itself_does_not_steer_the_terminal(alpha: Site) -> None:
    people.configure(alpha, organization_name="Alpha\x1b[2J\u202eSchool")
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("doctor", "--url=https://beta.test", stdout=out)

    assert "Alpha [2J School" in out.getvalue()
    assert "\x1b" not in out.getvalue() and "\u202e" not in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["mdm.example.org", "ftp://alpha.test", "https://", "https://alpha.test/enroll/", "https://a:b@c", "https://a:x"]
)  # fmt: skip
def test_a_url_is_scheme_host_and_port(url: str) -> None:
    with pytest.raises(CommandError, match="--url must be scheme, host and port"):
        call_command("doctor", f"--url={url}")


def _doctor(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "manage.py", "doctor"]
    return subprocess.run(
        command, cwd=BASE, env={"PATH": "/usr/bin:/bin"} | environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_on_an_empty_machine_it_says_what_to_do_first(tmp_path: Path) -> None:
    done = _doctor(production(tmp_path) | {"DATABASE_URL": f"sqlite:///{tmp_path}/db/gatehouse.sqlite3"})

    assert done.returncode == 1, done
    assert done.stdout.startswith("failed   database ") and "→ look at DATABASE_URL" in done.stdout
    lines = done.stdout.splitlines()
    assert sum("not looked at, because the database does not answer" in line for line in lines) > 10
    assert any(line.startswith("ok       catalogues") for line in lines), (
        "what needs no database is looked at"
    )
    left_out = {line.split()[1] for line in lines if "not looked at" in line}
    assert not left_out & {"folders", "mail", "catalogues"}


def test_before_the_first_migration_it_says_so(tmp_path: Path) -> None:
    done = _doctor(production(tmp_path))

    assert done.returncode == 1, done
    assert "failed   migrations      not applied: " in done.stdout and "→ manage.py migrate" in done.stdout
    assert (
        "failed   cache           there is no table gatehouse_cache → manage.py createcachetable"
        in done.stdout
    )
