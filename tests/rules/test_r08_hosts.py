"""R08: the host decides the site; a host of nobody gets a plain 421."""

import pytest
from django.contrib.sites.models import Site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from sites_config import changes
from sites_config.models import ConfigurationVersion, SiteAddress, SiteConfiguration
from tests import people
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "host",
    [
        "unknown.test",
        "alpha.test.evil.example",
        "xalpha.test",
        " ",
        "alpha.test@evil.example",
        "evil host",
        "[::1]",
        "_",
    ],
)
def test_r08_a_host_of_nobody_gets_421_and_nothing_of_any_site(alpha: Site, beta: Site, host: str) -> None:
    answer = Visitor(host).get("/enroll/")

    page = as_page(answer)
    assert (answer.status_code, page.h1) == (421, "Nothing is served at this address")
    assert page.reference
    for secret in ("Alpha", "Beta", "alpha.test", "555 0100", "it@alpha.example"):
        assert secret not in answer.content.decode()
    assert not answer.cookies


@pytest.mark.parametrize(
    "path", ["/", "/enroll/", "/admin/", "/accounts/login/", "/i/token", "/mdm/check-in", "/scep/x"]
)
def test_r08_no_page_is_served_at_a_host_of_nobody(alpha: Site, path: str) -> None:
    assert Visitor("unknown.test").get(path).status_code == 421


def test_r08_a_host_of_nobody_costs_no_query(alpha: Site, settings: Settings) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    Visitor("unknown.test").get("/enroll/")

    with CaptureQueriesContext(connection) as queries:
        Visitor("unknown.test").get("/enroll/")

    assert queries.captured_queries == []


@pytest.mark.parametrize(
    "host",
    [
        "alpha.test",
        "alpha.test:8443",
        "ALPHA.Test",
        "alpha.test.",
        "Alpha.TEST.:443",
        "localhost:1",
        "127.0.0.1:8000",
    ],
)
def test_r08_port_case_and_trailing_dot_do_not_matter(alpha: Site, host: str) -> None:
    answer = Visitor(host).get("/enroll/")
    assert answer.status_code == 200
    assert "Alpha School" in answer.content.decode()


@pytest.mark.parametrize("header", ["x_forwarded_host", "x_host", "forwarded", "x_original_host"])
def test_r08_no_other_header_names_the_site(alpha: Site, beta: Site, header: str) -> None:
    page = as_page(Visitor().get("/enroll/", **{header: "beta.test"}))
    assert "Alpha School" in page.text and "Beta" not in page.text


def test_r08_a_new_address_works_at_once(alpha: Site) -> None:
    assert Visitor("new.test").get("/enroll/").status_code == 421

    address = SiteAddress.objects.create(site=alpha, host="new.test")

    assert Visitor("new.test").get("/enroll/").status_code == 200
    address.delete()
    assert Visitor("new.test").get("/enroll/").status_code == 421


def test_r08_a_new_address_reaches_the_other_processes(alpha: Site, settings: Settings) -> None:
    """They were sent no signal; they ask for the version, here at every request."""
    assert Visitor("new.test").get("/enroll/").status_code == 421
    SiteAddress.objects.bulk_create([SiteAddress(site=alpha, host="new.test")])
    settings.CONFIGURATION_CHECK_SECONDS = 0
    assert Visitor("new.test").get("/enroll/").status_code == 421, (
        "remembered as long as the version is the same"
    )

    version = ConfigurationVersion.objects.get()
    ConfigurationVersion.objects.update(number=version.number + 1)

    assert Visitor("new.test").get("/enroll/").status_code == 200


def test_r08_within_a_second_the_version_is_asked_once(alpha: Site, settings: Settings) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    changes.forget()
    Visitor().get("/mdm/check-in")

    with CaptureQueriesContext(connection) as queries:
        for _request in range(5):
            Visitor().get("/mdm/check-in")

    assert queries.captured_queries == []


def test_r08_an_archived_site_is_closed_to_people(alpha: Site, beta: Site) -> None:
    configuration = SiteConfiguration.objects.get(site=beta)
    configuration.archived = True
    configuration.save()

    assert Visitor("beta.test").see("/enroll/").h1 == "Enrollment is closed"
    assert Visitor("alpha.test").get("/enroll/").status_code == 200


def test_r08_the_address_of_an_issued_profile_is_marked(alpha: Site) -> None:
    _row, token = people.invite(alpha)
    visitor = Visitor("Alpha.Test:8443")
    visitor.start(token)
    visitor.go_on()

    assert SiteAddress.objects.get(host="alpha.test").in_use_by_profiles
    assert not SiteAddress.objects.get(host="localhost").in_use_by_profiles
