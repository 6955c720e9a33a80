"""Fills an empty database, named by DATABASE_URL, with Alpha School and what its stories need.

``python -m tests.servers.prepare`` prints one JSON object: invitation tokens, and whom to log in as.
"""

import json
import os

import django
from django.core.management import call_command

SINGLE_USE = 24  # invitations for one device each


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    print(json.dumps(load()))


def load() -> dict[str, object]:
    # Models can be imported only now.
    from sites_config.models import Privilege
    from tests import people

    alpha = people.new_site("Alpha School", "alpha.test", "localhost")
    people.staff("alice", "Alice Archer", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    single = [people.invite(alpha, name=f"Single {number}")[1] for number in range(SINGLE_USE)]
    return {
        "many": people.invite(alpha, name="Many", max_uses=None)[1],
        "single": single,
        "staff": {"username": "alice", "password": people.PASSWORD},
    }


if __name__ == "__main__":
    main()
