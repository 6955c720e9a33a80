"""Every switch of a site with every kind of person: the simulated iPhone answers whatever it is asked, and arrives."""

from itertools import product

import pytest
from django.contrib.sites.models import Site

from enrollment.models import AgreementAcceptance, Certificate, Device, Enrollment, Status
from sites_config.models import User
from tests import people
from tests.conftest import MakePhone
from tests.live import LiveServer
from tests.visitor import Visitor, phone_without_network

SWITCHES = list(product((False, True), repeat=4))
WHO = ("staff", "invitation", "invitation-with-login")
ANSWERS = {"username": "alice", "password": people.PASSWORD, "user_name": "ana", "ownership": "institutional"}


def _prepare(alpha: Site, alice: User, *, personal: bool, agreement: bool, ca: bool, schools: bool) -> None:
    people.let_assign(alice, alpha)
    people.person(alpha)
    if personal:
        people.allow_personal(alpha)
    if agreement:
        people.publish(alpha)
        people.configure(alpha, agreement_for_staff=True)
    if schools:
        people.new_site("Alpha Junior", parent=alpha)
        people.new_site("Alpha Senior", parent=alpha, ready=False)
    people.configure(alpha, skip_ca_certificate=not ca)


def _url(alpha: Site, who: str) -> str:
    if who == "staff":
        return "https://alpha.test/enroll/"
    login = who == "invitation-with-login"
    token = people.invite(alpha, login_required=login, ask_for_agreement=True, assigned_user_name="")[1]
    return f"https://alpha.test/i/{token}"


@pytest.mark.django_db
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("personal", "agreement", "ca", "schools"), SWITCHES)
def test_everybody_arrives(
    alpha: Site, alice: User, who: str, personal: bool, agreement: bool, ca: bool, schools: bool
) -> None:
    _prepare(alpha, alice, personal=personal, agreement=agreement, ca=ca, schools=schools)
    phone = phone_without_network()

    result = phone.enroll(_url(alpha, who), ANSWERS)

    assert result.page is not None and result.page.h1 == "Enrollment complete"
    row = Enrollment.objects.get()
    assert row.status == Status.ENROLLED
    assert (row.site.name == "Alpha Junior") is schools
    assert AgreementAcceptance.objects.exists() is agreement
    assert len(phone.settings.installed) == (2 if ca else 1)
    device = Device.objects.get()
    assert (device.assigned_full_name, device.site) == ("Ana Alvarez", row.site)
    assert device.assignment_source == ("self-declared" if who == "invitation" else "staff")
    assert Certificate.objects.get().authority.site == row.site


def test_the_longest_way_over_tls(alpha: Site, alice: User, live: LiveServer, phone: MakePhone) -> None:
    _prepare(alpha, alice, personal=True, agreement=True, ca=True, schools=True)
    senior = Site.objects.get(name="Alpha Senior")

    result = phone().enroll(live.url(path="/enroll/"), ANSWERS | {"site": str(senior.pk)})

    assert result.page is not None and result.page.h1 == "Enrollment complete"
    assert "Alpha Senior" in result.page.text and "Ana Alvarez" in result.page.text
    assert Enrollment.objects.get().site == senior


@pytest.mark.django_db
def test_progress_counts_only_what_this_person_sees(alpha: Site, alice: User) -> None:
    _prepare(alpha, alice, personal=True, agreement=True, ca=True, schools=True)
    visitor = Visitor()
    assert "Step 1 of" in visitor.see("/enroll/").text
    visitor.log_in()
    seen = []
    for slug in ("ownership", "assign", "site", "agreement", "ca-certificate", "mdm-profile"):
        text = visitor.see(visitor.reach(slug, ANSWERS)).text
        seen.append(text[text.index("Step ") :][:11])
    assert seen == [f"Step {number} of 9" for number in range(2, 8)]
