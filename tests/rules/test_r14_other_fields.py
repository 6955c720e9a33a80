"""R14: what is sent besides a form's own fields."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Status
from sites_config.models import User
from tests import people
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


def test_r14_fields_that_no_form_asks_for_change_nothing(alpha: Site, beta: Site, alice: User) -> None:
    """Whoever adds a field to a form chooses no site, user, status or invitation by it."""
    row, token = people.invite(alpha, login_required=True)
    more = {
        "site": str(beta.pk),
        "entry_site": str(beta.pk),
        "status": "enrolled",
        "signed_in_with": "staff",
        "signed_in_user": str(alice.pk),
        "assigned_user_name": "root",
        "invitation": "1",
        "host": "evil.example",
    }
    visitor = Visitor()
    visitor.get(f"/i/{token}")

    visitor.post(f"/i/{token}", more)
    for screen in ("log-in", "mdm-profile", "install", "complete", "failed"):
        visitor.post(f"{visitor.own}/{screen}/", more)

    enrollment = visitor.enrollment
    assert (enrollment.site, enrollment.entry_site, enrollment.invitation) == (alpha, alpha, row)
    assert (enrollment.status, enrollment.host) == (Status.STARTED, "alpha.test")
    assert (enrollment.signed_in_user, enrollment.signed_in_with, enrollment.assigned_user_name) == (
        None,
        "",
        "guest",
    )
