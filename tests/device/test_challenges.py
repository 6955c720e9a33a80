"""The challenge in the profile: good once, for one key, for a while (R15 and the table of tokens)."""

from urllib.parse import urlsplit

import pytest
from django.contrib.sites.models import Site
from django.urls import resolve

from enrollment.actions import invitations
from enrollment.models import Certificate, Challenge, EventKind, FailureReason, Invitation, Status
from sites_config.models import SiteConfiguration
from tests import people
from tests.device.keys import pooled_key
from tests.device.phones import Phone, Phones
from tests.device.pki_messages import Asker
from tests.moved_clock import Clock
from tests.phone.scep_reply import ScepFailure


def refused(asker: Asker) -> None:
    with pytest.raises(ScepFailure) as caught:
        asker.ask()
    assert caught.value.fail_info == "2"


def test_r15_the_same_request_gets_the_same_bytes_until_authenticate(phones: Phones) -> None:
    phone = phones.with_profile()
    asker = Asker(phone)
    first = asker.ask()
    assert asker.ask() == first
    assert Asker(phone).ask() == first  # another nonce, another envelope, the same key
    assert Certificate.objects.count() == 1


def test_r15_after_authenticate_the_same_request_is_refused(phones: Phones) -> None:
    phone = phones.with_profile()
    key = pooled_key(0)
    phone.obtain_certificate(key)
    phone.authenticate()
    refused(Asker(phone, key=key))
    assert phone.enrollment.status == Status.AUTHENTICATED


def test_r17_a_second_key_is_refused_and_ends_the_attempt(phones: Phones) -> None:
    phone = phones.with_profile()
    Asker(phone, key=pooled_key(0)).ask()
    refused(Asker(phone, key=pooled_key(1)))
    enrollment = phone.enrollment
    assert (enrollment.status, enrollment.failure_reason) == (Status.FAILED, FailureReason.SECOND_KEY)
    assert phone.events[-2:] == [EventKind.SECOND_KEY_REFUSED, EventKind.MOVED]
    assert not Certificate.objects.filter(revoked_at=None).exists()


def test_a_second_key_after_enrollment_is_noted_and_ends_nothing(phones: Phones) -> None:
    phone = phones.with_profile()
    phone.obtain_certificate(pooled_key(0))
    phone.authenticate()
    phone.token_update()
    refused(Asker(phone, key=pooled_key(1)))
    assert phone.enrollment.status == Status.ENROLLED
    assert phone.events[-1] == EventKind.SECOND_KEY_REFUSED
    assert phone.report(Status="Idle").status == 200


@pytest.mark.parametrize("challenge", ["", "unknown", "x" * 255, "ä"])
def test_an_unknown_challenge_gets_nothing(phones: Phones, challenge: str) -> None:
    phone = phones.with_profile()
    refused(Asker(phone, challenge=challenge))
    assert phone.enrollment.status == Status.PROFILE_ISSUED


def test_r09_a_challenge_lives_thirty_minutes_from_the_serving(phones: Phones, clock: Clock) -> None:
    in_time, too_late = phones.started(), phones.started()
    urls = in_time.issue(), too_late.issue()
    clock.forward(minutes=10)  # the person reads the page first
    in_time.take(urls[0])
    too_late.take(urls[1])
    clock.forward(minutes=29, seconds=59)
    Asker(in_time).ask()
    clock.forward(seconds=1)
    refused(Asker(too_late))
    assert too_late.enrollment.status == Status.PROFILE_ISSUED


def test_r09_a_profile_that_nobody_fetched_ends_with_its_address(phones: Phones, clock: Clock) -> None:
    phone = phones.started()
    url = phone.issue()
    clock.forward(minutes=15)
    answer = phone.wire.ask("GET", urlsplit(url).path)
    assert answer.status_code == 410


def test_a_profile_fetched_again_does_not_live_longer(phones: Phones, clock: Clock) -> None:
    phone = phones.started()
    url = phone.issue()
    phone.take(url)
    clock.forward(minutes=14)
    phone.wire.ask("GET", urlsplit(url).path)
    clock.forward(minutes=16)
    refused(Asker(phone))


def test_of_three_profiles_the_last_two_are_good(phones: Phones) -> None:
    phone = phones.started()
    askers = [asker_of_a_new_profile(phone) for _ in range(3)]
    refused(askers[0])
    askers[1].ask()


def asker_of_a_new_profile(phone: Phone) -> Asker:
    phone.take(phone.issue())
    return Asker(phone, challenge=phone.challenge)


def test_the_use_of_one_withdraws_the_other(phones: Phones) -> None:
    phone = phones.started()
    first, second = asker_of_a_new_profile(phone), asker_of_a_new_profile(phone)
    first.ask()
    refused(second)
    assert Challenge.objects.filter(used_at=None, withdrawn_at=None).count() == 0
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED


def test_download_again_after_the_certificate_ends_challenge_and_certificate(phones: Phones) -> None:
    phone = phones.with_profile()
    asker = Asker(phone, challenge=phone.challenge)
    asker.ask()
    phone.issue()
    refused(asker)
    assert not Certificate.objects.filter(revoked_at=None).exists()


def test_r14_a_revoked_invitation_gets_no_certificate(phones: Phones, alpha: Site, clock: Clock) -> None:
    invitation, _token = people.invite(alpha)
    phone = phones.with_profile(invitation=invitation)
    asker = Asker(phone)
    invitations.revoke(invitation, actor=None, now=clock.now())
    refused(asker)
    assert not Certificate.objects.exists()


def test_r14_every_request_asks_all_conditions_again(phones: Phones, alpha: Site, clock: Clock) -> None:
    """Nothing withdrew the challenge: the invitation's own column says that it is over."""
    invitation, _token = people.invite(alpha)
    asker = Asker(phones.with_profile(invitation=invitation))
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=clock.now())
    refused(asker)
    assert not Certificate.objects.exists()


def test_r14_an_archived_site_gets_no_certificate(phones: Phones, alpha: Site) -> None:
    asker = Asker(phones.with_profile())
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.archived = True
    configuration.save()
    refused(asker)
    assert not Certificate.objects.exists()


def test_an_archived_sites_devices_go_on_checking_in(phones: Phones, alpha: Site) -> None:
    phone = phones.enrolled()
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.archived = True
    configuration.save()
    assert phone.report(Status="Idle").status == 200


def test_r06_the_challenge_of_one_site_is_worth_nothing_at_the_others_authority(
    phones: Phones, beta: Site
) -> None:
    phone = phones.with_profile()
    other = phones.with_profile(site=beta, host="beta.test")
    url = str(other._installing.identity_payload["PayloadContent"]["URL"])
    elsewhere = Asker(other, challenge=phone.challenge, url=url)
    refused(elsewhere)
    assert resolve(elsewhere.path).kwargs["authority"] != resolve(Asker(phone).path).kwargs["authority"]
    assert phone.enrollment.status == Status.PROFILE_ISSUED


def test_the_uses_of_an_invitation_are_spent_with_the_certificate(phones: Phones, alpha: Site) -> None:
    invitation, _token = people.invite(alpha, max_uses=1)
    phone = phones.with_profile(invitation=invitation)
    invitation.refresh_from_db()
    assert (invitation.uses_held, invitation.uses_spent) == (1, 0)
    asker = Asker(phone)
    asker.ask()
    asker.ask()
    invitation.refresh_from_db()
    assert (invitation.uses_held, invitation.uses_spent) == (0, 1)


def test_r17_a_second_key_ends_the_attempt_after_try_again_as_well(phones: Phones, clock: Clock) -> None:
    """Within the half hour in which repetitions are not noted again."""
    phone = phones.with_profile()
    Asker(phone, key=pooled_key(0)).ask()
    refused(Asker(phone, key=pooled_key(1)))
    clock.forward(minutes=1)
    phone.attempt = phone.enrollment
    phone.take(phone.issue())
    Asker(phone, key=pooled_key(0)).ask()

    refused(Asker(phone, key=pooled_key(1)))

    assert phone.enrollment.status == Status.FAILED
    assert phone.events.count(EventKind.SECOND_KEY_REFUSED) == 2
    assert not Certificate.objects.filter(revoked_at=None).exists()
