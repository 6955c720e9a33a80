"""manage.py create_site"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.sites import BadSite, account_called, create_site, let_administer
from enrollment.management.commands._site import SITE, site_called
from enrollment.models import Authority, SigningIdentity
from sites_config.models import SitePrivilege, User
from sites_config.password_links import password_link
from sites_config.told_changes import tell_new_site, told_changes


class Command(BaseCommand):
    help = (
        "Makes a site: with HOST one that people reach at https://HOST/, without it one that is entered through its "
        "parent. A site without a parent gets an authority and what signs profiles at once. For an administrator "
        "who is new it prints a link for setting the password, which works once, for a day; without HOST, the command "
        "that sets it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Example: manage.py create_site enroll.example.org --organization 'Example School' --admin dora "
            "--email dora@example.org"
        )
        parser.add_argument("host", nargs="?", default="", help="Host name without https:// and port.")
        parser.add_argument(
            "--organization", required=True, help="The name of the site, which stands on every page."
        )
        parser.add_argument("--parent", help=f"{SITE} it belongs to.")
        parser.add_argument(
            "--admin",
            help="User name of whoever may do everything at the site; the account is made if there is none.",
        )
        parser.add_argument("--email", default="", help="E-mail address of that account, if it is made.")

    def handle(self, *args: object, **options: Any) -> None:
        if not options["host"] and not options["parent"]:
            raise CommandError("Without a HOST it needs a --parent through which people enter it.")
        parent = site_called(options["parent"]) if options["parent"] else None
        host = options["host"].strip().lower()
        try:
            user = account_called(options["admin"], email=options["email"]) if options["admin"] else None
            site = create_site(
                host=host, organization=options["organization"], parent=parent, now=timezone.now()
            )
        except BadSite as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"site {site.name}")
        tell_new_site(site, Authority, SigningIdentity, now=timezone.now())
        if user is not None:
            is_new = user.pk is None
            models = (User, SitePrivilege) if is_new else (SitePrivilege,)
            with told_changes(site, *models, user=None, now=timezone.now()):
                let_administer(site, user)
            self._tell(user, host, is_new=is_new)

    def _tell(self, user: User, host: str, *, is_new: bool) -> None:
        self.stdout.write(f"administrator {user.username}")
        if is_new and host:
            self.stdout.write(f"password {password_link(user, f'https://{host}')} (once, for a day)")
        elif is_new:
            self.stdout.write(f"password set it with: manage.py changepassword {user.username}")
