"""Fills an empty database, named by DATABASE_URL, with Alpha School and what its stories need.

``python -m tests.servers.prepare`` prints one JSON object: invitation tokens, and whom to log in as.
"""

import json
import os

import django
from django.core.management import call_command

SINGLE_USE = 24  # invitations for one device each
CODES = 6


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    print(json.dumps(load()))


def load() -> dict[str, object]:
    # Models can be imported only now.
    from django.utils import timezone

    from enrollment.actions.access_codes import LONGEST, make_code
    from sites_config.models import Privilege
    from tests import people

    alpha = people.new_site("Alpha School", "alpha.test", "localhost")
    people.staff("alice", "Alice Archer", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    single = [people.invite(alpha, name=f"Single {number}")[1] for number in range(SINGLE_USE)]
    now = timezone.now()
    many, token = people.invite(alpha, name="Many", max_uses=None)

    def code() -> str:
        return make_code(site_id=alpha.pk, expires_at=now + LONGEST, actor=None, now=now, invitation=many)[1]

    return {
        "many": token,
        "codes": [code() for _code in range(CODES)],
        "single": single,
        "staff": {"username": "alice", "password": people.PASSWORD},
    }


if __name__ == "__main__":
    main()
