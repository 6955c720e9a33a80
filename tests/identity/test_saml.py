"""People log in at a SAML identity provider, a real one; the device becomes theirs."""

import pytest
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site

from enrollment.models import AssignmentSource, Device, Enrollment, Identity, SamlIdentityProvider
from enrollment.models.saml_identity_provider import NameIdFormat
from sites_config.models import Privilege, User
from tests import people
from tests.identity.at_provider import press
from tests.identity.at_saml_provider import (
    AtSamlProvider,
    as_usual,
    at_provider,
    come_back,
    connect,
    log_in,
    row,
    running,
    send,
)
from tests.identity.district import district, rule
from tests.moved_clock import Clock
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

__all__ = ["as_usual", "at_provider", "row", "running"]
pytestmark = pytest.mark.django_db


def test_from_the_portal_to_a_managed_device_that_is_theirs(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    visitor, phone = Visitor(), phone_without_network()

    assert log_in(visitor, at_provider, row) == f"{visitor.own}/"
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()

    page = visitor.see(f"{visitor.own}/")
    assert page.h1 == "Enrollment complete" and "Ada Ångström" in page.text
    signed_in, device = Enrollment.objects.get(), Device.objects.get()
    assert (signed_in.signed_in_with, signed_in.signed_in_source) == ("saml", f"saml:{row.pk}")
    assert len(signed_in.signed_in_id) > 20 and signed_in.signed_in_user is None
    assert device.assignment_source == AssignmentSource.SIGNED_IN
    assert (device.assigned_user_name, device.assigned_full_name) == ("ada", "Ada Ångström")
    assert (device.assigned_department, device.assigned_room) == ("Physics", "7")
    assert device.assigned_email == "ada@northwind.example"
    known = Identity.objects.get()
    assert (known.source, known.external_id) == (f"saml:{row.pk}", signed_in.signed_in_id)


def test_r02_nothing_stays_open_in_the_browser(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    visitor = Visitor()
    log_in(visitor, at_provider, row)

    assert not Session.objects.exists() and not User.objects.exists()
    assert visitor.get("/admin/").status_code == 302


def test_the_answers_given_before_are_there_after(
    alpha: Site, row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    _invitation, token = people.invite(alpha, login_required=True, assigned_user_name="")
    visitor = Visitor(language="de")
    visitor.start(token)
    before = visitor.enrollment
    path = visitor.see(f"{visitor.own}/").path

    assert (
        visitor.get(come_back(visitor, at_provider, row, path=path)).headers["Location"] == f"{visitor.own}/"
    )

    after = visitor.enrollment
    assert (after.pk, after.invitation_id, after.language) == (before.pk, before.invitation_id, "de")
    assert after.signed_in_name == "Ada Ångström"


def test_whoever_comes_again_is_the_same_person(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    for name in ("ada", "ada", "alice"):
        log_in(Visitor(), at_provider, row, name)

    assert Identity.objects.count() == 2
    assert Enrollment.objects.values("signed_in_id").distinct().count() == 2


def test_a_name_like_a_staff_accounts_opens_nothing(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, alice: User
) -> None:
    visitor = Visitor()
    log_in(visitor, at_provider, row, "alice")

    assert visitor.enrollment.signed_in_user is None and visitor.enrollment.signed_in_with == "saml"
    assert visitor.get("/admin/").status_code == 302


def test_the_agreement_is_for_people_of_the_directory_not_for_staff(
    alpha: Site, row: SamlIdentityProvider, at_provider: AtSamlProvider, alice: User
) -> None:
    people.publish(alpha)
    visitor, member = Visitor(), Visitor()
    log_in(visitor, at_provider, row)
    member.log_in()

    assert visitor.see(f"{visitor.own}/").path.endswith("/agreement/")
    assert not member.see(f"{member.own}/").path.endswith("/agreement/")


def test_groups_decide_who_may_enroll_where(
    alpha: Site, row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    schools, visitor = district(alpha), Visitor()
    given = rule(alpha, "Teachers", schools.north)
    log_in(visitor, at_provider, row)
    assert visitor.enrollment.access_groups == [given.pk]
    visitor.go_on()
    assert visitor.enrollment.site == schools.north

    stranger = Visitor()
    page = as_page(stranger.get(come_back(stranger, at_provider, row, "alice")))
    assert (page.status, page.h1) == (403, "You may not enroll devices with Alpha School")
    assert stranger.enrollment.signed_in_with == ""


# --- how the provider answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wants",
    [
        {"saml20.sign.response": False},
        {"assertion.encryption": True},
        {"assertion.encryption": True, "saml20.sign.response": False},
        {"signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"},
    ],
)
def test_signed_assertions_are_taken_in_clear_and_encrypted(
    row: SamlIdentityProvider,
    running: IdentityProvider,
    at_provider: AtSamlProvider,
    wants: dict[str, object],
) -> None:
    running.wants(**wants)
    visitor = Visitor()
    log_in(visitor, at_provider, row)

    assert visitor.enrollment.signed_in_name == "Ada Ångström"


def test_the_id_may_be_an_attribute_or_an_e_mail_address(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    by_attribute = connect(alpha, running, id_attribute="number", full_name_attribute="givenName sn")
    by_mail = connect(alpha, running, name="By mail", name_id_format=NameIdFormat.EMAIL)
    found = []
    for each, name in ((by_attribute, "alice"), (by_mail, "ada")):
        visitor = Visitor()
        log_in(visitor, at_provider, each, name)
        found.append((visitor.enrollment.signed_in_id, visitor.enrollment.signed_in_name))

    assert found == [("p-alice-1", "Another Alice"), ("ada@northwind.example", "Ada Ångström")]


def test_an_id_that_is_missing_is_a_page_and_no_error(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    SamlIdentityProvider.objects.update(id_attribute="employeeNumber")
    visitor = Visitor()
    page = as_page(visitor.get(come_back(visitor, at_provider, row)))

    assert page.h1 == "You could not be logged in"
    assert page.reference.replace("-", "") == visitor.enrollment.reference
    assert not Identity.objects.exists()


def test_an_id_that_is_another_one_each_time_is_none(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """Whatever the provider sends; what it sends is what our metadata said when it was registered."""
    row = connect(alpha, running, name_id_format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient")
    SamlIdentityProvider.objects.update(name_id_format=NameIdFormat.UNSPECIFIED)
    visitor = Visitor()

    assert as_page(visitor.get(come_back(visitor, at_provider, row))).h1 == "You could not be logged in"
    assert not Identity.objects.exists()


def test_the_password_is_asked_again_of_somebody_who_is_still_logged_in_there(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """Carol walks away from a shared iPad; whoever comes next is not Carol."""
    for _each in range(2):
        log_in(Visitor(), at_provider, row)
    assert at_provider.typed == 2

    SamlIdentityProvider.objects.update(fresh_login=False)
    log_in(Visitor(), at_provider, row)
    assert at_provider.typed == 2


def test_r01_a_log_in_older_than_the_enrollment_is_not_taken_even_from_a_provider_that_did_not_ask(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, clock: Clock
) -> None:
    log_in(Visitor(), at_provider, row)
    clock.forward(seconds=70)
    SamlIdentityProvider.objects.update(fresh_login=False)
    visitor = Visitor()
    address = press(visitor, f"saml-{row.pk}")
    SamlIdentityProvider.objects.update(fresh_login=True)

    page = as_page(visitor.get(send(visitor, at_provider.log_in(address)).headers["Location"]))
    assert page.h1 == "This log-in is no longer valid"
    assert at_provider.typed == 1 and visitor.enrollment.signed_in_with == ""


# --- sites -----------------------------------------------------------------------------------------------------------


def test_a_child_is_served_by_its_parents_provider_at_its_own_address(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """One registration at the provider, with an address for each school."""
    people.new_site("Alpha Junior", "beta.test", parent=alpha, ready=False)
    row, visitor = connect(alpha, running), Visitor("beta.test")

    assert log_in(visitor, at_provider, row) == f"{visitor.own}/"


def test_another_sites_provider_is_not_there(row: SamlIdentityProvider, beta: Site) -> None:
    visitor = Visitor("beta.test")

    assert "Northwind Account" not in visitor.get("/enroll/").content.decode()
    for path in ("metadata", "acs"):
        ask = visitor.post if path == "acs" else visitor.get
        assert ask(f"{row.path}{path}").status_code == 404
    assert visitor.post("/enroll/", {"provider": f"saml-{row.pk}"}).status_code == 404
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize("columns", [{"enabled": False}, {"metadata_xml": ""}])
def test_a_provider_that_is_off_or_unknown_yet_has_no_button(
    row: SamlIdentityProvider, columns: dict[str, object]
) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    visitor = Visitor()

    assert "Northwind Account" not in visitor.get("/enroll/").content.decode()
    assert visitor.post("/enroll/", {"provider": f"saml-{row.pk}"}).status_code == 404
    assert visitor.post(f"{row.path}acs").status_code == 404
    assert visitor.get(f"{row.path}metadata").status_code == 200


def test_staff_are_not_asked_at_the_provider(alpha: Site, row: SamlIdentityProvider) -> None:
    people.configure(alpha, password_log_in=False)
    people.staff("sam", "Sam Staff", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    visitor = Visitor()

    assert "submit()" in visitor.get("/enroll/").content.decode()
    assert visitor.log_in("sam", path="/enroll/?staff").status_code == 303
