"""The demonstration's LDAP directory: a slapd of this computer on the loopback, which ends with the demonstration."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

from enrollment.management.demo_process import run_beside
from enrollment.management.demo_tls import certificate_for, root_path

SUFFIX = "dc=northwind,dc=example"
SEARCHER = f"cn=gatehouse,{SUFFIX}"
SEARCH_BASE = f"ou=people,{SUFFIX}"
SOMEBODY = "greta"  # of fixtures/demo-directory.ldif
STARTS_WITHIN = 10.0  # seconds
PROGRAMS = f"{os.defpath}:/usr/sbin:/usr/local/sbin"
SCHEMAS = tuple(map(Path, ("/etc/ldap/schema", "/etc/openldap/schema", "/usr/local/etc/openldap/schema")))
MODULES = tuple(map(Path, ("/usr/lib/ldap", "/usr/lib64/openldap", "/usr/lib/openldap")))

CONFIGURATION = """
{schemas}
{module}
threads 4
TLSCACertificateFile {root}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
suffix "{suffix}"
directory "{data}"
maxsize 33554432
index objectClass,uid eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{searcher}" read by anonymous auth by * none
"""


class NoDirectory(Exception):
    """slapd is not installed, or does not start here; the text says which."""


@dataclass(frozen=True)
class RunningDirectory:
    """Reached by LDAPS. ``pipe``: the descriptor that keeps it running."""

    port: int
    ca_pem: str
    search_password: str = field(repr=False)
    pipe: int

    def end(self) -> None:
        """At once, instead of with this process."""
        os.close(self.pipe)


def start_directory(var: Path, *, password: str, now: datetime) -> RunningDirectory:
    """With its people, all of this password. Raises NoDirectory."""
    if not settings.DEMO:
        raise NoDirectory("only in the demonstration")
    folder = var / "demo-directory"
    tls, data = folder / "tls", folder / "data"
    for each in (folder, tls):
        each.mkdir(mode=0o700, exist_ok=True)
    shutil.rmtree(data, ignore_errors=True)  # made anew each time; who somebody is stands in the fixture
    data.mkdir(mode=0o700)
    configuration = folder / "slapd.conf"
    configuration.write_text(_configuration(tls, data, now))
    search_password = secrets.token_urlsafe(24)
    _fill(configuration, people=_hashed(password), search=_hashed(search_password))
    port = _free_port()
    pipe = _serve(configuration, f"ldaps://127.0.0.1:{port}/")
    return RunningDirectory(port, root_path(tls).read_text(), search_password, _answering(port, pipe))


def _program(name: str) -> str:
    found = shutil.which(name, path=PROGRAMS)
    if found is None:
        raise NoDirectory(f"{name} is not installed")
    return found


def _configuration(tls: Path, data: Path, now: datetime) -> str:
    certificate, key = certificate_for("127.0.0.1", tls, now)
    schemas = next((each for each in SCHEMAS if (each / "inetorgperson.schema").exists()), None)
    if schemas is None:
        raise NoDirectory("the schemas of OpenLDAP are missing")
    module = next((each for each in MODULES if (each / "back_mdb.la").exists()), None)
    return CONFIGURATION.format(
        schemas="\n".join(f"include {schemas / name}.schema" for name in ("core", "cosine", "inetorgperson")),
        module=f"modulepath {module}\nmoduleload back_mdb" if module else "",
        root=root_path(tls),
        certificate=certificate,
        key=key,
        suffix=SUFFIX,
        data=data,
        searcher=SEARCHER,
    )


def _fill(configuration: Path, *, people: str, search: str) -> None:
    ldif = (Path(settings.BASE_DIR) / "fixtures/demo-directory.ldif").read_text()
    filled = ldif.replace("{people}", people).replace("{search}", search)
    _run(_program("slapadd"), "-q", "-f", str(configuration), told=filled)


def _hashed(password: str) -> str:
    """What may lie in a file."""
    return _run(_program("slappasswd"), "-n", "-T", "/dev/stdin", told=password)


def _run(*command: str, told: str) -> str:
    try:
        done = subprocess.run(command, input=told, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise NoDirectory(f"{Path(command[0]).name} does not work here: {error}") from None
    return done.stdout


def _serve(configuration: Path, url: str) -> int:
    """The end of the pipe to hold on to."""
    return run_beside([_program("slapd"), "-f", str(configuration), "-h", url, "-d", "0"])


def _answering(port: int, pipe: int) -> int:
    """The pipe, once somebody listens."""
    begun = time.monotonic()
    while time.monotonic() - begun < STARTS_WITHIN:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return pipe
    os.close(pipe)
    raise NoDirectory("slapd does not start here")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
