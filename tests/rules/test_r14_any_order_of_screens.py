"""R14 where every screen asks: a district with two schools, both ownerships, an agreement and a CA certificate."""

from collections import Counter
from typing import ClassVar

import pytest
from django.contrib.sites.models import Site
from hypothesis import strategies as st
from hypothesis.stateful import rule

from enrollment.models import AgreementAcceptance, Enrollment, Invitation
from sites_config.models import Agreement, Ownership, User
from tests import people
from tests.moved_clock import Clock
from tests.rules.test_r14_any_order import AnyOrder, browser_of, explore, number

IN_ORDER = ("ownership", "assign", "site", "agreement", "ca-certificate", "mdm-profile")
ASKED = (*IN_ORDER, "personal")
CA_ANSWER = "ca-certificate"


class AnyOrderOfScreens(AnyOrder):
    """As before, and people answer any screen with anything."""

    schools: tuple[Site, ...]
    profiles: ClassVar[Counter[str]] = Counter()

    def invite(self) -> list[tuple[Invitation, str]]:
        asks = {"ask_for_agreement": True, "assigned_user_name": ""}
        return [
            people.invite(self.alpha, max_uses=2, **asks),
            people.invite(self.alpha, login_required=True, max_uses=None),
            people.invite(self.schools[0], max_uses=2, **asks),
            people.invite(self.beta, max_uses=2),
        ]

    @rule(
        browser=browser_of,
        slug=st.sampled_from(ASKED),
        ownership=st.sampled_from(("institutional", "institutional", "institutional", "personal")),
        which=number,
        name=st.sampled_from(("", "", "ana", "nobody")),
        declines=st.sampled_from((False, False, False, True)),
    )
    def answer_any_screen(
        self, browser: int, slug: str, ownership: str, which: int, name: str, declines: bool
    ) -> None:
        answers = self._answers(ownership, which, name, declines)
        for row in self._own(browser):
            self._ask(browser, "POST", f"/enroll/{row.public_id}/{slug}/", answers)

    @rule(
        browser=browser_of,
        ownership=st.sampled_from(("institutional", "institutional", "personal")),
        which=number,
        left_out=st.sampled_from(("", "", *IN_ORDER)),
        begins=st.sampled_from(("invited", "invited", "logs in", "goes on")),
    )
    def answer_all_in_order_but_one(
        self, browser: int, ownership: str, which: int, left_out: str, begins: str
    ) -> None:
        if begins == "invited":
            self.start_an_invitation(browser, which)
        elif begins == "logs in":
            self.log_in_at_the_portal(browser, "alice", people.PASSWORD, False)
        for slug in (each for each in IN_ORDER if each != left_out):
            self.answer_any_screen(browser, slug, ownership, which, "", False)
        self._follow_downloads(which)

    def _answers(self, ownership: str, which: int, name: str, declines: bool) -> dict[str, str]:
        sites = (*self.schools, self.alpha, self.beta)
        accepted = Agreement.objects.latest("pk").pk
        return {
            "ownership": ownership,
            "site": str(sites[which % len(sites)].pk),
            "user_name": name,
            "accept": str(accepted),
        } | ({"decline": "1"} if declines else {})

    @rule(which=number)
    def publish_a_new_version(self, which: int) -> None:
        if which == 0:
            people.publish(self.alpha)

    def conditions(self, enrollment: Enrollment) -> bool:
        """What every screen asked, in other words than theirs."""
        holds = super().conditions(enrollment)
        if enrollment.entry_site_id == self.beta.pk:
            return holds
        invitation = enrollment.invitation
        settled = enrollment.site in self.schools
        settled &= invitation is None or invitation.site_id in (self.alpha.pk, enrollment.site_id)
        agreed = invitation is None or not invitation.ask_for_agreement or self._agreed(enrollment)
        institutional = enrollment.ownership == Ownership.INSTITUTIONAL
        certified = bool(enrollment.answers.get(CA_ANSWER))
        self.profiles["of the district"] += 1
        return holds and settled and agreed and institutional and certified

    def _agreed(self, enrollment: Enrollment) -> bool:
        newest = Agreement.objects.filter(site=self.alpha).latest("version")
        return AgreementAcceptance.objects.filter(enrollment=enrollment, agreement=newest).exists()


@pytest.mark.django_db
def test_r14_no_order_of_answers_reaches_a_profile_that_lacks_one(
    alpha: Site, beta: Site, alice: User, bob: User, carol: User, clock: Clock
) -> None:
    people.configure(alpha, skip_ca_certificate=False)
    people.allow_personal(alpha)
    people.publish(alpha)
    people.person(alpha)
    AnyOrderOfScreens.alpha, AnyOrderOfScreens.beta, AnyOrderOfScreens.clock = alpha, beta, clock
    AnyOrderOfScreens.schools = tuple(
        people.new_site(name, parent=alpha, ready=False) for name in ("Alpha Junior", "Alpha Senior")
    )
    explore(AnyOrderOfScreens, examples=40)

    assert AnyOrderOfScreens.profiles["of the district"] > 5
