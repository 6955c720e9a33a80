"""A copy of the session table opens nobody's session."""

from django.contrib.sessions.models import Session
from django.test import Client

from sites_config.models import User


def test_r02_sessions_stand_in_the_database_under_a_hash(alice: User) -> None:
    client = Client(headers={"host": "alpha.test"})
    client.force_login(alice)

    key = client.session.session_key

    row = Session.objects.get()
    assert key and row.session_key != key and key not in row.session_data
    assert client.session["_auth_user_id"] == str(alice.pk)  # and it is found again by the key alone
    client.logout()
    assert not Session.objects.filter(pk=row.pk).exists()
