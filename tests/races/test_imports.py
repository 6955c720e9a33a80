"""“Make them”, pressed twice before the first answer came."""

from collections.abc import Callable

import pytest
from django.contrib.sites.models import Site
from django.db import connection
from django.test import Client

from enrollment.models import Invitation
from sites_config.models import Privilege
from tests import people
from tests.admin.world import logged_in
from tests.invitations.test_import_page import kept, upload
from tests.races.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 1500  # enough for the second click to come while they are being made


def test_a_file_is_made_once(alpha: Site) -> None:
    anna = people.staff("anna", "Anna", (alpha, Privilege.MANAGE_INVITATIONS), is_staff=True)
    client, other = logged_in(anna, alpha), logged_in(anna, alpha)
    content = "email\n" + "".join(f"person{row}@school.example\n" for row in range(ROWS))
    token = kept(upload(client, alpha, content))

    def click(of: Client) -> Callable[[], int]:
        def press() -> int:
            try:
                return int(upload(of, alpha, kept=token, really="Make them").status_code)
            finally:
                connection.close()

        return press

    assert sorted(at_once([click(client), click(other)])) == [200, 302]
    assert Invitation.objects.count() == ROWS
