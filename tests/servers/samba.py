"""A real Active Directory domain controller: Samba, its LDAP service alone, at a loopback address of its own.

Samba's ports can't be changed, hence the address, and root.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ldap

from tests.live import TestAuthority

SAMBA, TOOL = Path("/usr/sbin/samba"), Path("/usr/bin/samba-tool")
ADDRESS = "127.18.2.1"
REALM, DOMAIN, BASE = "AD.NORTHWIND.EXAMPLE", "NORTHWIND", "DC=ad,DC=northwind,DC=example"
ADMINISTRATOR, ADMIN_PASSWORD = "Administrator@ad.northwind.example", "Adm1n.Passw0rd"
SERVICE, SERVICE_PASSWORD = "gatehouse@ad.northwind.example", "S3rvice.Passw0rd"
PASSWORD = "Cl4ss.room.12"
STARTS_WITHIN = 40.0  # seconds
NORMAL_ACCOUNT, ACCOUNT_DISABLE = 0x200, 0x2  # userAccountControl, [MS-ADTS] 2.2.16


@dataclass(frozen=True)
class Samba:
    """Speaks LDAPS at 636 and StartTLS at 389."""

    ca_pem: str
    host: str = ADDRESS


@dataclass(frozen=True)
class Account:
    name: str
    full_name: str
    password: str = PASSWORD
    disabled: bool = False


ACCOUNTS = (
    Account("gatehouse", "Gatehouse", SERVICE_PASSWORD),
    Account("hedwig", "Hedwig Müßig"),
    Account("former", "Former Colleague", disabled=True),
)


# By what they hold; the first and the last make a loop in the end.
GROUPS = {
    "Readers": ("Hedwig Müßig",),
    "Library 100%": ("Readers",),
    "Everybody": ("Library 100%",),
    "Choir": ("Gatehouse",),
}


@contextmanager
def samba(folder: Path, authority: TestAuthority) -> Iterator[Samba]:
    for program, package in ((SAMBA, "samba-ad-dc"), (TOOL, "samba-ad-provision")):
        if not program.exists():
            raise RuntimeError(f"{program} is missing: install the package {package} (make setup-test does)")
    _provision(folder)
    configuration = folder / "etc" / "smb.conf"
    configuration.write_text(_configured(configuration.read_text(), folder, authority))
    command: list[str | Path] = [SAMBA, "-s", configuration, "-M", "single", "-F", "--no-process-group"]
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            _fill(authority)
            yield Samba(authority.root_pem.decode())
        finally:
            process.terminate()
            process.wait(20)


def _provision(folder: Path) -> None:
    done = subprocess.run(
        [
            TOOL, "domain", "provision", f"--targetdir={folder}", f"--realm={REALM}", f"--domain={DOMAIN}",
            "--server-role=dc", "--dns-backend=NONE", f"--adminpass={ADMIN_PASSWORD}", "--host-name=dc1",
            f"--host-ip={ADDRESS}",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def _configured(text: str, folder: Path, authority: TestAuthority) -> str:
    """LDAP and nothing else, at one address, with the certificate of the tests."""
    before, of_all, *_shares = text.split("\n[")
    kept = [line for line in f"{before}\n[{of_all}".splitlines() if "server services" not in line]
    key = folder / "server.key"
    key.touch(mode=0o600)
    key.write_bytes(authority.key_file.read_bytes())
    added = {
        "server services": "ldap",
        "interfaces": f"{ADDRESS}/8",
        "bind interfaces only": "yes",
        "pid directory": folder,
        "ncalrpc dir": folder / "ncalrpc",
        "log file": folder / "samba.log",
        "tls cafile": authority.root_file,
        "tls certfile": authority.certificate_file,
        "tls keyfile": key,
    }
    return "\n".join([*kept, *(f"\t{name} = {value}" for name, value in added.items())]) + "\n"


def _fill(authority: TestAuthority) -> None:
    """As soon as it answers."""
    begun = time.monotonic()
    while True:
        try:
            connection = _administrator(authority)
            break
        except ldap.SERVER_DOWN:
            assert time.monotonic() - begun < STARTS_WITHIN, "samba did not start"
            time.sleep(0.2)
    connection.add_s(f"OU=Staff,{BASE}", [("objectClass", [b"organizationalUnit"]), ("ou", [b"Staff"])])
    for account in ACCOUNTS:
        connection.add_s(f"CN={account.full_name},OU=Staff,{BASE}", _entry(account))
    for name, members in GROUPS.items():
        connection.add_s(f"CN={name},OU=Staff,{BASE}", _group(name, members))
    connection.modify_s(
        f"CN=Readers,OU=Staff,{BASE}", [(ldap.MOD_ADD, "member", [f"CN=Everybody,OU=Staff,{BASE}".encode()])]
    )
    connection.unbind_s()


def _group(name: str, members: tuple[str, ...]) -> list[tuple[str, list[bytes]]]:
    return [
        ("objectClass", [b"group"]),
        ("sAMAccountName", [name.encode()]),
        ("member", [f"CN={each},OU=Staff,{BASE}".encode() for each in members]),
    ]


def _administrator(authority: TestAuthority) -> "ldap.ldapobject.SimpleLDAPObject":
    connection = ldap.initialize(f"ldaps://{ADDRESS}", bytes_mode=False)
    connection.set_option(ldap.OPT_REFERRALS, 0)
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(authority.root_file))
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    connection.simple_bind_s(ADMINISTRATOR, ADMIN_PASSWORD)
    return connection


def _entry(account: Account) -> list[tuple[str, list[bytes]]]:
    control = NORMAL_ACCOUNT | (ACCOUNT_DISABLE if account.disabled else 0)
    return [
        ("objectClass", [b"user"]),
        ("sAMAccountName", [account.name.encode()]),
        ("userPrincipalName", [f"{account.name}@{REALM.lower()}".encode()]),
        ("displayName", [account.full_name.encode()]),
        ("mail", [f"{account.name}@northwind.example".encode()]),
        ("department", [b"Library"]),
        ("unicodePwd", [f'"{account.password}"'.encode("utf-16-le")]),
        ("userAccountControl", [str(control).encode()]),
    ]
