"""A real OpenLDAP server: own configuration, own data, loopback only, TLS by the authority of the tests."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.live import TestAuthority
from tests.servers.postgres import free_port

SLAPD, LDAPADD = Path("/usr/sbin/slapd"), Path("/usr/bin/ldapadd")
PEOPLE = Path(__file__).with_name("people.ldif")
SUFFIX = "dc=northwind,dc=example"
ADMIN, ADMIN_PASSWORD = f"cn=admin,{SUFFIX}", "admin-password"
SERVICE, SERVICE_PASSWORD = f"cn=gatehouse,{SUFFIX}", "service-password"
STARTS_WITHIN = 20.0  # seconds

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
threads 4
TLSCACertificateFile {root}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
suffix "{suffix}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
maxsize 33554432
index objectClass,uid,mail eq
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{service}" read by anonymous auth by self read by * none
"""


@dataclass(frozen=True)
class Slapd:
    """``plain`` speaks StartTLS, ``tls`` LDAPS."""

    plain: int
    tls: int
    ca_pem: str


@contextmanager
def slapd(folder: Path, authority: TestAuthority) -> Iterator[Slapd]:
    for program, package in ((SLAPD, "slapd"), (LDAPADD, "ldap-utils")):
        if not program.exists():
            raise RuntimeError(f"{program} is missing: install the package {package} (make setup-test does)")
    (folder / "data").mkdir()
    configuration = folder / "slapd.conf"
    configuration.write_text(_configuration(folder, authority))
    server = Slapd(free_port(), free_port(), authority.root_pem.decode())
    urls = f"ldap://127.0.0.1:{server.plain}/ ldaps://127.0.0.1:{server.tls}/"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [SLAPD, "-f", configuration, "-h", urls, "-d", "0"], stderr=log, stdout=log
        )
        try:
            _fill(server, folder / "log")
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _configuration(folder: Path, authority: TestAuthority) -> str:
    return CONFIGURATION.format(
        folder=folder,
        root=authority.root_file,
        certificate=authority.certificate_file,
        key=authority.key_file,
        suffix=SUFFIX,
        admin=ADMIN,
        password=ADMIN_PASSWORD,
        service=SERVICE,
    )


def _fill(server: Slapd, log: Path) -> None:
    """As soon as it answers."""
    begun, said = time.monotonic(), ""
    address = f"ldap://127.0.0.1:{server.plain}"
    command: list[str | Path] = [
        LDAPADD,
        "-x",
        "-H",
        address,
        "-D",
        ADMIN,
        "-w",
        ADMIN_PASSWORD,
        "-f",
        PEOPLE,
    ]
    while time.monotonic() - begun < STARTS_WITHIN:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        said = done.stderr
        if "Can't contact" not in said:
            break
        time.sleep(0.05)
    raise RuntimeError(f"slapd was not filled: {said}\n{log.read_text()}")
