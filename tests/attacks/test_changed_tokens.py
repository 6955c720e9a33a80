"""The token of an invitation says nothing by itself: any other one is unknown, and spends nothing."""

import base64

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.actions.tokens import new_token
from enrollment.models import Enrollment, Event, EventKind
from tests import people

pytestmark = pytest.mark.django_db


def changed(token: str) -> list[str]:
    """Each of its bits turned, as far as base64url writes them; cut, longer, in other letters."""
    raw = base64.urlsafe_b64decode(token + "=")
    turned = [
        raw[: bit // 8] + bytes([raw[bit // 8] ^ (1 << bit % 8)]) + raw[bit // 8 + 1 :]
        for bit in range(8 * len(raw))
    ]
    others = [token[:-1], token[1:], f"{token}A", f"{token}=", token.swapcase(), token[::-1], f"{token}%00"]
    return [base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in turned] + others


def test_every_other_token_is_unknown(alpha: Site) -> None:
    invitation, token = people.invite(alpha)
    browser = Client(headers={"host": "alpha.test"})

    for each in changed(token):
        assert each != token and browser.get(f"/i/{each}").status_code == 404, each

    invitation.refresh_from_db()
    assert invitation.uses_held == invitation.uses_spent == 0 and not Enrollment.objects.exists()
    assert not Event.objects.exclude(kind=EventKind.INVITATION_CREATED).exists()
    assert browser.get(f"/i/{token}").status_code == 200


def test_a_million_tokens_have_no_two_alike() -> None:
    tokens = {new_token() for _number in range(10**6)}

    assert len(tokens) == 10**6 and {len(each) for each in tokens} == {43}
