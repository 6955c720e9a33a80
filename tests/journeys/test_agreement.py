"""The license agreement: who reads it, what is kept of it, and what happens without it."""

import hashlib

import pytest
from django.contrib.sites.models import Site

from enrollment.models import AgreementAcceptance, Enrollment, EventKind, IssuedProfile
from sites_config import changes
from sites_config.models import Ownership, User
from tests import people
from tests.moved_clock import Clock
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db
TEXT = "You take **good care** of the device."


@pytest.fixture
def asked(alpha: Site) -> Visitor:
    """Somebody whose invitation asks for the agreement, in front of it."""
    people.publish(alpha)
    visitor = Visitor()
    visitor.start(people.invite(alpha, ask_for_agreement=True, assigned_user_name="ana")[1])
    visitor.reach("agreement")
    return visitor


def _accept(visitor: Visitor) -> None:
    form = visitor.see(f"{visitor.own}/agreement/").main_forms[0]
    button = form.button("accept")
    assert button is not None
    visitor.post(f"{visitor.own}/agreement/", {"accept": button.value})


def test_what_was_accepted_is_kept_as_it_was_shown(asked: Visitor, clock: Clock) -> None:
    assert "good care" in asked.see(asked.own + "/").text
    _accept(asked)

    proof = AgreementAcceptance.objects.get()
    assert proof.text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (proof.language, proof.agreement.version, proof.accepted_at) == ("en", 1, clock.now())
    assert asked.see(asked.own + "/").h1.startswith("Let Alpha School manage")
    assert asked.enrollment.events.filter(kind=EventKind.AGREEMENT_ACCEPTED).count() == 1


def test_a_correction_is_not_accepted_again(asked: Visitor, alpha: Site) -> None:
    """A new version is, and says that it is one."""
    _accept(asked)
    people.publish(alpha, text_en="You take good care of the device!", ask_again=False)
    changes.forget()
    assert asked.see(asked.own + "/").h1.startswith("Let Alpha School manage")

    people.publish(alpha, text_en="You pay for it too.", ask_again=True)
    page = asked.see(asked.own + "/")

    assert page.h1 == "License agreement" and "It has changed since you accepted it." in page.text
    _accept(asked)
    assert asked.see(asked.own + "/").h1.startswith("Let Alpha School manage")
    assert AgreementAcceptance.objects.count() == 2
    people.publish(alpha, text_en="You pay for all of it.", ask_again=False)
    assert asked.see(asked.own + "/").h1.startswith("Let Alpha School manage"), "a correction of the second"


def test_who_accepted_a_version_before_the_one_that_counts_accepts_again(asked: Visitor, alpha: Site) -> None:
    """Though a correction came last."""
    _accept(asked)
    people.publish(alpha, text_en="Another agreement.", ask_again=True)
    people.publish(alpha, text_en="Another agreement!", ask_again=False)
    assert asked.see(asked.own + "/").h1 == "License agreement"


def test_who_does_not_accept_gets_nothing_and_may_think_again(asked: Visitor) -> None:
    page = as_page(asked.post(f"{asked.own}/agreement/", {"decline": "1"}))
    assert page.h1 == "Nothing was installed" and page.status == 200
    assert asked.see(page.link("Read the agreement again").url.removeprefix("https://alpha.test")).h1 == (
        "License agreement"
    )
    assert not AgreementAcceptance.objects.exists() and not IssuedProfile.objects.exists()
    assert asked.enrollment.events.filter(kind=EventKind.AGREEMENT_DECLINED).exists()


@pytest.mark.parametrize("sent", [{}, {"accept": ""}, {"accept": "1"}, {"accept": "99999"}])
def test_only_the_version_on_the_screen_is_accepted(asked: Visitor, sent: dict[str, str]) -> None:
    shown = str(Enrollment.objects.get().pk)  # any number that is not the agreement's
    asked.post(f"{asked.own}/agreement/", sent if sent != {"accept": "1"} else {"accept": shown + "0"})
    assert asked.see(asked.own + "/").h1 == "License agreement"


def test_a_new_version_is_asked_again_and_stops_the_profile(alpha: Site, asked: Visitor) -> None:
    _accept(asked)
    asked.go_on()
    url = asked.profile_url

    people.publish(alpha, text_en="Now with more care.")

    assert asked.get(url).status_code == 410
    assert asked.see(asked.own + "/").h1 == "License agreement"
    _accept(asked)
    assert AgreementAcceptance.objects.count() == 2


def test_staff_read_it_only_where_the_site_says_so(alpha: Site, alice: User) -> None:
    people.publish(alpha)
    visitor = Visitor()
    visitor.log_in()
    visitor.go_on()
    assert not AgreementAcceptance.objects.exists()

    people.configure(alpha, agreement_for_staff=True)
    other = Visitor()
    other.log_in()
    other.reach("agreement")
    _accept(other)
    assert AgreementAcceptance.objects.get().signed_in_name == "Alice Archer"


def test_an_invitation_that_does_not_ask_shows_none(alpha: Site) -> None:
    people.publish(alpha)
    visitor = Visitor()
    visitor.start(people.invite(alpha, assigned_user_name="ana")[1])
    assert visitor.see(visitor.own + "/").h1.startswith("Let Alpha School manage")


def test_another_language_carries_its_own_direction_and_a_sentence(alpha: Site) -> None:
    people.publish(alpha, text_ar="اعتنِ بالجهاز.")
    visitor = Visitor(language="de")
    visitor.start(people.invite(alpha, ask_for_agreement=True, assigned_user_name="ana")[1])

    answer = visitor.get(visitor.reach("agreement"))

    assert b'lang="ar" dir="rtl"' in answer.content
    assert "Sie liegt nicht in Ihrer Sprache vor." in as_page(answer).text
    _accept(visitor)
    assert AgreementAcceptance.objects.get().language == "ar"


def test_ownership_decides_which_agreement(alpha: Site, alice: User) -> None:
    people.allow_personal(alpha)
    people.configure(alpha, agreement_for_staff=True)
    people.publish(alpha, text_en="For the school's devices.")
    people.publish(alpha, ownership=Ownership.PERSONAL, text_en="For your own device.")
    for ownership, words in (
        ("institutional", "For the school's devices."),
        ("personal", "For your own device."),
    ):
        visitor = Visitor()
        visitor.log_in()
        assert words in visitor.see(visitor.reach("agreement", {"ownership": ownership})).text


def test_a_school_has_its_districts_agreement_until_it_has_its_own(alpha: Site) -> None:
    people.publish(alpha, text_en="Of the district.")
    junior = people.new_site("Alpha Junior", parent=alpha, ready=False)
    token = people.invite(junior, ask_for_agreement=True, assigned_user_name="ana", max_uses=None)[1]
    visitor = Visitor()
    visitor.start(token)
    assert "Of the district." in visitor.see(visitor.reach("agreement")).text

    people.publish(junior, text_en="Of the school.")
    assert "Of the school." in visitor.see(visitor.own + "/").text


def test_a_version_without_text_ends_it(alpha: Site, asked: Visitor) -> None:
    people.publish(alpha, text_en="")
    assert asked.see(asked.own + "/").h1.startswith("Let Alpha School manage")


def test_what_administrators_write_is_sanitised(alpha: Site) -> None:
    people.publish(
        alpha, text_en="<script>alert(1)</script> ![x](https://evil.example/x.png) [y](javascript:z)"
    )
    visitor = Visitor()
    visitor.start(people.invite(alpha, ask_for_agreement=True, assigned_user_name="ana")[1])
    content = visitor.get(visitor.reach("agreement")).content.decode()
    assert (
        "<script>alert" not in content
        and 'evil.example/x.png"' not in content
        and 'javascript:z"' not in content
    )
