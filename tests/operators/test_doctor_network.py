"""The doctor and what is asked over the network: TLS as a phone sees it, clocks, directories and providers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from cryptography import x509
from django.contrib.sites.models import Site
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.doctor.tls import lives_too_long
from enrollment.models import CaCertificate, CloudIdentityProvider, DirectoryServer
from sites_config.secrets import encrypt
from tests import people
from tests.identity.conftest import MakeServer
from tests.live import LiveServer, TestAuthority
from tests.operators.consulted import consulted
from tests.pki.test_identity import Party
from tests.servers.openid import OpenId, openid
from tests.servers.postgres import free_port

pytestmark = pytest.mark.django_db
NOWHERE = "http://alpha.test"


def test_a_certificate_of_an_authority_that_people_trust_first(public: str) -> None:
    said = consulted(public).of("tls")

    assert said["state"] == "warning" and said["stage"] == 30  # the tests' certificate lives 30 days
    assert said["text"].endswith("; signed by an authority that people install first")


def test_the_same_certificate_where_the_site_says_nothing_of_it(public: str, alpha: Site) -> None:
    people.configure(alpha, tls_needs_ca=False)

    told = consulted(public)

    said = told.of("tls")
    assert (told.status, said["state"]) == (1, "failed")
    assert said["text"] == "a phone refuses it: unable to get local issuer certificate"
    assert "this server's own TLS certificate hangs on that CA" in said["todo"]


def test_a_certificate_of_another_authority_is_refused(public: str) -> None:
    CaCertificate.objects.all().delete()  # people are given the issuing authority's now

    assert consulted(public).of("tls")["text"].startswith("a phone refuses it: ")


def test_a_certificate_that_lives_for_years_is_refused_by_ios() -> None:
    now = timezone.now()
    for days, refused in ((825, False), (826, True), (3650, True)):
        certificate: x509.Certificate = Party(
            "mdm.example.org", begins=now, ends=now + timedelta(days=days)
        ).certificate
        assert lives_too_long(certificate) is refused


def test_an_address_that_nobody_listens_at(alpha: Site, settings: Settings) -> None:
    url = f"https://localhost:{free_port()}"

    told = consulted(url)

    assert told.of("tls")["text"] == "can't be reached: Connection refused"
    assert "--url https://localhost:PORT" in told.of("tls")["todo"]
    clock = told.of("clock", url)
    assert clock["state"] == "warning" and clock["text"].startswith("not compared: ")


def test_one_that_takes_connections_and_says_nothing(alpha: Site, silent: str) -> None:
    said = consulted(f"https://{silent}").of("tls")

    assert said["state"] == "failed" and "timed out" in said["text"]


def test_one_that_is_no_sites(alpha: Site) -> None:
    said = consulted("https://unknown.test").of("tls")

    assert (said["state"], said["text"]) == ("failed", "no site has this address")


def test_without_url_every_address_of_a_site_is_looked_at(alpha: Site, beta: Site) -> None:
    people.configure(beta, archived=True)

    told = consulted()

    assert {row["subject"] for row in told.all("tls")} == {
        "https://alpha.test", "https://localhost", "https://127.0.0.1",
    }  # fmt: skip
    assert all(row["state"] == "failed" for row in told.all("tls")), "nothing is served at port 443 here"


def test_the_demonstrations_plain_http_is_said_to_be_that(alpha: Site, settings: Settings) -> None:
    settings.DEMO = True

    told = consulted("http://127.0.0.1:8000")

    said = told.of("tls")
    assert said["state"] == "warning" and "good for the demonstration on this machine only" in said["text"]
    assert said["todo"].startswith("make run HOST=")


Make = Callable[[str, str], str]


@pytest.fixture
def answering(tls: TestAuthority, alpha: Site, settings: Settings) -> Iterator[Make]:
    """Makes a public URL whose answer to everything is this text with this Date."""
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    running: list[LiveServer] = []

    def make(text: str, date: str) -> str:
        def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
            headers = [("Content-Type", "text/plain"), *([("Date", date)] if date else [])]
            start_response("200 OK", headers)
            return [text.encode()]

        running.append(LiveServer(tls, application))
        return running[-1].url("localhost", "")

    yield make
    for each in running:
        each.stop()


def _http_date(seconds: float) -> str:
    return (timezone.now() + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.mark.parametrize(
    ("seconds", "state", "words"),
    [
        (0, "ok", "less than 5 seconds apart"),
        (30, "warning", "ahead of this machine"),
        (-30, "warning", "behind this machine"),
        (600, "failed", "ahead of this machine"),
        (-86400, "failed", "behind this machine"),
    ],
)
def test_a_clock_that_goes_wrong(answering: Make, seconds: int, state: str, words: str) -> None:
    url = answering("ok", _http_date(seconds))

    said = consulted(url).of("clock", url)

    assert said["state"] == state and words in said["text"]
    assert ("NTP" in said["todo"]) == (state != "ok")


@pytest.mark.parametrize("date", ["yesterday", "Sat, 99 Foo 2026 99:99:99 GMT"])
def test_a_date_that_is_none(answering: Make, date: str) -> None:
    url = answering("ok", date)
    assert consulted(url).of("clock", url)["text"] == "not compared: the answer has no Date"


def test_somebody_else_answers_at_the_public_url(answering: Make) -> None:
    url = answering("<h1>It works!</h1>", _http_date(0))

    said = consulted(url).of("clock", url)

    assert said["state"] == "warning" and "which is not Gatehouse's" in said["text"]


def test_an_ldap_server_that_works(server: DirectoryServer) -> None:
    said = consulted(NOWHERE).of("ldap")

    assert (said["state"], said["subject"]) == ("ok", "Northwind LDAP of Alpha School")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"hosts": "127.0.0.1:9"}, "127.0.0.1: Connection refused"),
        ({"bind_dn": "cn=nobody,dc=northwind,dc=example"}, "Invalid credentials"),
        ({"user_base": "dc=elsewhere"}, "No such object"),
        ({"bind_password_encrypted": b"under a key that was lost"}, "opens this secret"),
    ],
)
def test_one_that_is_dead_or_refuses(
    alpha: Site, connect: MakeServer, columns: dict[str, object], reason: str
) -> None:
    connect(alpha, name="Old server", enabled=False, hosts="127.0.0.1:9")  # nobody asks it
    connect(alpha, **columns)

    told = consulted(NOWHERE)

    said = told.of("ldap")
    assert (told.status, said["state"]) == (1, "failed") and reason in said["text"]


def test_silent_ones_are_given_up_and_the_others_asked(alpha: Site, connect: MakeServer, silent: str) -> None:
    for number in range(5):
        connect(alpha, name=f"Silent {number}", hosts=silent)
    connect(alpha, name="Well")

    told = consulted(NOWHERE)

    assert {row["text"] for row in told.all("ldap") if row["state"] == "failed"} == {
        "127.0.0.1: no answer within 1 seconds"
    }
    assert told.of("ldap", "Well")["state"] == "ok"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory, tls: TestAuthority) -> Iterator[OpenId]:
    with openid(tmp_path_factory.mktemp("openid"), tls, ["https://alpha.test/return"]) as running:
        yield running


@pytest.fixture
def account(alpha: Site, provider: OpenId, tls: TestAuthority, settings: Settings) -> CloudIdentityProvider:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    secret = encrypt(b"its secret")
    return CloudIdentityProvider.objects.create(
        site=alpha, name="Account", issuer=provider.issuer, client_id="x", client_secret_encrypted=secret
    )


def test_an_openid_provider_that_answers(account: CloudIdentityProvider) -> None:
    said = consulted(NOWHERE).of("cloud", "Account of Alpha School")

    assert (said["state"], said["text"]) == ("ok", f"it answers as {account.issuer}")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"issuer": "https://127.0.0.1:9"}, "nobody can log in: "),
        ({"client_secret_encrypted": b""}, "there is no client secret yet: nobody can log in"),
        ({"look_up": True}, "people can't be found: "),
    ],
)
def test_one_that_lacks_something(
    account: CloudIdentityProvider, columns: dict[str, object], words: str
) -> None:
    CloudIdentityProvider.objects.update(**columns)

    said = consulted(NOWHERE).of("cloud")

    assert said["state"] == "failed" and words in said["text"] and said["todo"]


def test_one_that_is_switched_off_is_not_asked(account: CloudIdentityProvider) -> None:
    CloudIdentityProvider.objects.update(enabled=False)

    assert consulted(NOWHERE).of("cloud")["text"] == "nothing of the kind is used here"
