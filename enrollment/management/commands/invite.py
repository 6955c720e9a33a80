"""manage.py invite"""

import os
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.sites.models import Site
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions import invitation_sending
from enrollment.actions.invitation_file import COLUMNS, Bind, Imported, Terms, import_invitations
from enrollment.actions.invitation_links import links_table
from enrollment.actions.message_quota import QuotaExceeded
from enrollment.actions.site_urls import site_url
from enrollment.actions.tables import MAX_BYTES, MAX_ROWS, BadFile
from enrollment.management.commands._site import add_site, site_of
from enrollment.models import Invitation
from sites_config.models import SiteConfiguration

MOST_DAYS, MOST_USES = 36_500, 10**6
YEARS = range(2000, 3000)


class Command(BaseCommand):
    help = (
        "Makes invitations from a CSV file with a header row, one a row, and sends them if you like. "
        f"Columns: {', '.join(COLUMNS)}. Commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1252; all rows or none. "
        f"Other columns are left out. At most {MAX_ROWS:,} rows and {MAX_BYTES // 1024 // 1024} MB. "
        "Whoever has an open invitation at the site already is skipped. What the site may not send today any more is "
        "sent tomorrow by --send-unsent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Example: manage.py invite --site enroll.example.org --csv people.csv --pin --send --dry-run"
        )
        add_site(parser)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--csv", type=Path, metavar="FILE", help="The file.")
        what.add_argument(
            "--send-unsent",
            action="store_true",
            help="Make none: queue the mails of the site's open invitations that were never sent, the oldest first, as "
            "many as the site may order today.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what would happen.")
        parser.add_argument(
            "--send", action="store_true", help="Put the mails into the outbox too; run_worker sends them."
        )
        parser.add_argument(
            "--not-before",
            type=_moment,
            help="Valid from this time on, such as 2027-08-30T08:00, in the time zone of the site (default: at once).",
        )
        parser.add_argument(
            "--days",
            type=int,
            default=7,
            help="Valid for so many days, from now or from --not-before; 0 for ever (default: 7).",
        )
        parser.add_argument(
            "--uses", type=int, default=1, help="Devices for each invitation; 0 for any number (default: 1)."
        )
        parser.add_argument("--no-login", action="store_true", help="People need not log in.")
        parser.add_argument(
            "--agreement", action="store_true", help="People accept the site's agreement first."
        )
        parser.add_argument(
            "--pin", action="store_true", help="Each gets a PIN of six digits, where the file names none."
        )
        parser.add_argument(
            "--bind", choices=[each.value for each in Bind], default=Bind.NOTHING.value,
            help="Who alone can use it: the person with its user_name, whoever logs in with its email, or the "
            "device with its serial_number (serial), which the row then must have (default: nothing, whoever has "
            "the link).",
        )  # fmt: skip
        parser.add_argument("--invited-by", default="", help="Who invites, as the page names them.")
        parser.add_argument(
            "--links",
            type=Path,
            metavar="FILE",
            help="Write links and PINs to this new CSV file, readable by your account alone.",
        )

    def handle(self, *args: object, **options: Any) -> None:
        now, site = timezone.now(), site_of(options)
        if options["send_unsent"]:
            self._send_unsent(site, now, dry_run=options["dry_run"])
            return
        if options["links"] and not options["dry_run"]:
            _check_links(options["links"], site)
        try:
            done = import_invitations(
                options["csv"].read_bytes(),
                site=site,
                terms=_terms(options, SiteConfiguration.for_site(site).time_zone, now),
                created_by=None,
                now=now,
                dry_run=options["dry_run"],
            )
        except (BadFile, OSError) as error:
            raise CommandError(str(error)) from None
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(f"{len(done.rows)} {would}made, {done.skipped} {would}skipped")
        if done.idle_serials:
            self.stdout.write(
                f"{done.idle_serials} serial numbers {would}without effect: any device can use these invitations. "
                "To have each used by its device alone: --bind serial"
            )
        for label, text in done.notes:
            self.stdout.write(f"{label}: {text}")
        if not options["dry_run"]:
            self._hand_on(done, site, options, now)

    def _hand_on(self, done: Imported, site: Site, options: dict[str, Any], now: datetime) -> None:
        if options["links"]:
            _write_links(options["links"], done, site, now)
        if not options["send"]:
            return
        try:
            ordered = invitation_sending.send_all(done.keys, actor=None, now=now)
        except QuotaExceeded as reason:
            raise CommandError(f"They were made, but not sent. {reason} {_how_to_go_on(site)}") from None
        except invitation_sending.NothingToSend as reason:
            raise CommandError(f"They were made, but not sent. {reason}") from None
        self._say(ordered, site)

    def _send_unsent(self, site: Site, now: datetime, *, dry_run: bool) -> None:
        rows = Invitation.objects.filter(invitation_sending.unsent(now), site=site)
        keys = list(rows.values_list("pk", flat=True))
        if not keys or dry_run:
            self.stdout.write(f"{len(keys)} wait to be sent")
            return
        try:
            only = invitation_sending.unsent(now)
            self._say(invitation_sending.send_all(keys, only=only, actor=None, now=now), site)
        except invitation_sending.NothingToSend:
            self.stdout.write("0 queued to be sent: somebody was faster")
        except QuotaExceeded as reason:
            raise CommandError(str(reason)) from None

    def _say(self, ordered: invitation_sending.Ordered, site: Site) -> None:
        self.stdout.write(f"{ordered.number} queued to be sent")
        if ordered.left:
            self.stdout.write(
                f"{ordered.left} left over: the site may order no more messages today. {_how_to_go_on(site)}"
            )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.year not in YEARS:
        raise ArgumentTypeError(f"{text!r} is no date and time such as 2027-08-30T08:00.")
    return moment


def _how_to_go_on(site: Site) -> str:
    return f"Tomorrow: manage.py invite --site {site.domain} --send-unsent"


def _terms(options: dict[str, Any], zone: ZoneInfo, now: datetime) -> Terms:
    if options["days"] < 0 or options["uses"] < 0:
        raise CommandError("--days and --uses can't be below 0.")
    if options["days"] > MOST_DAYS or options["uses"] > MOST_USES:
        raise CommandError(
            f"At most {MOST_DAYS} days and {MOST_USES} uses; 0 is for ever, and for any number."
        )
    begins = options["not_before"]
    if begins and begins.tzinfo is None:
        begins = begins.replace(tzinfo=zone)
    ends = (begins or now) + timedelta(days=options["days"]) if options["days"] else None
    return Terms(
        login_required=not options["no_login"],
        ask_for_agreement=options["agreement"],
        max_uses=options["uses"] or None,
        not_before=begins,
        expires_at=ends,
        invited_by=options["invited_by"][:100],
        bind=Bind(options["bind"]),
        with_pin=options["pin"],
    )


def _check_links(path: Path, site: Site) -> None:
    """Before any are made: whoever has an open invitation is skipped, so a second try would write no links."""
    if not site_url(site.pk):
        raise CommandError("The site has no address, so there are no links to write: add one first.")
    if path.exists() or not os.access(path.parent, os.W_OK):
        raise CommandError(f"{path} exists already, or its folder can't be written to. Nothing was made.")


def _write_links(path: Path, done: Imported, site: Site, now: datetime) -> None:
    table = links_table(done.invitations(), site_url(site.pk), actor=None, now=now)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"They were made, but {path}: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(table)
