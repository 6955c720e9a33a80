"""R10: Continue signs once; until iOS drops the download, everybody gets those bytes."""

from typing import Any

import pytest
from django.contrib.sites.models import Site

from enrollment.actions import profiles
from enrollment.models import Certificate, Challenge, IssuedProfile, SigningIdentity
from enrollment.pki.cms import sign_attached
from sites_config import changes
from tests import people
from tests.moved_clock import Clock
from tests.phone.errors import PhoneError
from tests.phone.settings import INSTALLER
from tests.visitor import Visitor, fetch_profile, person_at, phone_without_network

pytestmark = pytest.mark.django_db


def _press_download_again(visitor: Visitor) -> str:
    answer = visitor.post(f"{visitor.own}/install/")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_r10_every_serving_gives_the_bytes_that_continue_signed(
    alpha: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    signatures: list[bytes] = []

    def counted(content: bytes, **signer: Any) -> bytes:
        signatures.append(content)
        return sign_attached(content, **signer)

    monkeypatch.setattr(profiles, "sign_attached", counted)
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("profile-issued", token)
    url, stranger = visitor.profile_url, Visitor(agent=INSTALLER["User-Agent"])

    served = set()
    for _minute in range(8):
        served |= {visitor.get(url).content, stranger.get(url).content}
        clock.forward(seconds=59)

    assert len(served) == 1 and len(signatures) == 1


@pytest.mark.parametrize(("seconds", "same"), [(7 * 60 + 59, True), (8 * 60, False)])
def test_r10_download_again_signs_anew_after_eight_minutes_only(
    alpha: Site, clock: Clock, seconds: int, same: bool
) -> None:
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("profile-issued", token)
    first_url = visitor.profile_url
    first = visitor.get(first_url).content
    clock.forward(seconds=seconds)

    location = _press_download_again(visitor)

    assert (location == first_url) is same
    again = visitor.get(first_url if same else visitor.profile_url)
    assert again.status_code == 200 and (again.content == first) is same
    assert Challenge.objects.count() == IssuedProfile.objects.count() == (1 if same else 2)


def test_r10_download_again_keeps_the_identifiers_and_changes_the_challenge(
    alpha: Site, clock: Clock
) -> None:
    _row, token = people.invite(alpha)
    visitor, phone = person_at("profile-issued", token, clock=clock.now)
    seen = []
    for _download in range(2):
        fetch_profile(visitor, phone)
        seen.append(phone.install())
        clock.forward(minutes=8)
        _press_download_again(visitor)

    first, second = (profile.identity_payload["PayloadContent"]["Challenge"] for profile in seen)
    assert first != second
    assert seen[0].identifier == seen[1].identifier


@pytest.mark.parametrize(("which", "good"), [(0, False), (1, True), (2, True)])
def test_r10_the_last_two_challenges_stay_good(alpha: Site, clock: Clock, which: int, good: bool) -> None:
    """A person may have tapped Install on the download before the last."""
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("profile-issued", token)
    phones = [phone_without_network(clock=clock.now) for _download in range(3)]
    for number, phone in enumerate(phones):
        if number:
            clock.forward(minutes=8)
            _press_download_again(visitor)
        fetch_profile(visitor, phone)
        phone.install()

    if good:
        phones[which].obtain_certificate()
    else:
        with pytest.raises(PhoneError):
            phones[which].obtain_certificate()

    assert Certificate.objects.exists() is good


def test_r10_once_one_is_used_the_others_are_not_good_any_more(alpha: Site, clock: Clock) -> None:
    _row, token = people.invite(alpha)
    visitor, first = person_at("profile-fetched", token, clock=clock.now)
    first.install()
    clock.forward(minutes=8)
    _press_download_again(visitor)
    second = phone_without_network(clock=clock.now)
    url = visitor.profile_url
    fetch_profile(visitor, second)
    second.install()
    first.obtain_certificate()

    with pytest.raises(PhoneError):
        second.obtain_certificate()

    assert visitor.get(url).status_code == 410
    assert not IssuedProfile.objects.exclude(body_encrypted=None).exists(), "the bytes are erased"


def test_r10_a_profile_that_can_not_be_signed_is_a_page_and_never_unsigned(alpha: Site) -> None:
    _row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.start(token)
    path = visitor.reach("mdm-profile")
    SigningIdentity.objects.all().delete()
    changes.forget()

    answer = visitor.post(path)

    assert answer.status_code == 503 and "could not be prepared" in answer.content.decode()
    assert not IssuedProfile.objects.exists()
