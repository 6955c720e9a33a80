"""The arguments by which commands about one person name them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from enrollment.actions.personal.search import NotOnePerson, Subject, find_person
from enrollment.management.commands._site import add_site, site_of


def add_person(parser: ArgumentParser) -> None:
    add_site(parser)
    parser.add_argument("query", help="User name, e-mail address or external ID, exactly.")
    parser.add_argument(
        "--source",
        default="",
        help="Which of several people with the same user name, such as ldap:1; the error names them.",
    )
    parser.add_argument(
        "--account",
        action="store_true",
        help="Also the staff account with this user name or e-mail address, which may be somebody else's.",
    )


def person_of(options: dict[str, Any]) -> Subject:
    """CommandError for nobody and for several people."""
    try:
        return find_person(
            options["query"],
            site=site_of(options),
            source=options["source"],
            with_account=options["account"],
        )
    except NotOnePerson as error:
        raise CommandError(str(error)) from None
