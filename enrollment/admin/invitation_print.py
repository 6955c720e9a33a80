"""Invitations on paper: a card for each person, or one poster for a wall."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.formats import date_format

from enrollment.actions.invitation_links import LinkCard, link_cards
from enrollment.admin.addresses import base_url
from enrollment.models import Invitation
from enrollment.outbox.mail_texts import MailTexts
from enrollment.steps.qr_code import qr_code
from sites_config.admin.buttons import actor
from sites_config.models import SiteConfiguration
from sites_config.names import organization_in, support_in
from sites_config.secrets import Undecryptable
from sites_config.texts import ScreenTexts, Words, direction, texts_for


def print_sheet(model_admin: Any, request: HttpRequest, rows: Sequence[Invitation]) -> HttpResponse | None:
    """In each invitation's language. The caller has checked who may see the links."""
    cards: list[dict[str, object]] = []
    for site_id in sorted({row.site_id for row in rows}):
        of_site = [row for row in rows if row.site_id == site_id]
        base = base_url(request, site_id)
        try:
            made = link_cards(of_site, base, actor=actor(request), now=timezone.now())
        except Undecryptable as error:
            messages.error(request, str(error))
            return None
        cards += map(_card, made)
    context = {
        **model_admin.admin_site.each_context(request),
        "cards": cards,
        "poster": len(cards) == 1,
        "title": "Invitations to print",
    }
    return TemplateResponse(request, "admin/enrollment/print.html", context)


def _card(card: LinkCard) -> dict[str, object]:
    row = card.invitation
    site = SiteConfiguration.for_site(row.site_id)
    language = row.language or site.default_language
    texts = texts_for(site, language)
    with translation.override(language):
        ends = row.expires_at and date_format(row.expires_at.astimezone(site.time_zone), "DATETIME_FORMAT")
    values = {
        "organization": organization_in(site, language),
        "support": support_in(site, language) or Words(texts.resolve(MailTexts.any_support)),
        "expires_at": ends or "",
    }
    return {
        "language": language,
        "direction": direction(language),
        "organization": values["organization"],
        "texts": ScreenTexts(MailTexts, texts, values),
        "name": row.assigned_full_name or row.name,
        "link": card.link,
        "pin": card.pin,
        "qr": qr_code(card.link),
        "expires": bool(ends),
        "site": site,
    }
