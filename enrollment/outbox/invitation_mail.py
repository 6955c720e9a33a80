"""The message that brings an invitation: as mail in two forms, readable without pictures, and as a text message."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from email.mime.image import MIMEImage
from email.utils import format_datetime, formataddr, parseaddr
from io import BytesIO
from types import SimpleNamespace

import segno
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

from enrollment.actions.invitation_sending import address_of
from enrollment.actions.invitation_states import InvitationState, state_of
from enrollment.actions.invitations import token_of
from enrollment.actions.site_urls import nearest_host, site_url
from enrollment.models import Channel, Delivery, DeliveryKind, Invitation
from enrollment.outbox.mail_texts import MailTexts
from enrollment.outbox.steps_to_come import Coming, steps_to_come
from enrollment.steps.agreement import Agreement
from enrollment.steps.assign import Assign
from enrollment.steps.base import Step
from enrollment.steps.ca_certificate import CaCertificate
from enrollment.steps.choose_site import ChooseSite
from enrollment.steps.complete import Complete
from enrollment.steps.install import Install
from enrollment.steps.log_in import LogIn
from enrollment.steps.mdm_profile import MdmProfile
from sites_config.colors import ACCENT
from sites_config.models import SiteConfiguration
from sites_config.names import organization_in, support_in
from sites_config.site_settings import SiteSettings
from sites_config.texts import Message, ScreenTexts, Texts, Words, direction, texts_for

ACCENT_OF_OURS = "#0b5fd0"


class Unsendable(Exception):
    """Nothing can be sent for this row any more; the text says why, for administrators."""


class _Related(EmailMultiAlternatives):
    """The code belongs to the HTML (RFC 2387); it is no attachment."""

    mixed_subtype = "related"


_SUBJECTS = {
    DeliveryKind.INVITATION: "subject",
    DeliveryKind.REMINDER: "subject_reminder",
    DeliveryKind.RENEWED: "subject_renewed",
}
_LEADS = {
    DeliveryKind.INVITATION: "lead",
    DeliveryKind.REMINDER: "lead_reminder",
    DeliveryKind.RENEWED: "lead_renewed",
}


_STEPS: dict[type[Step], str] = {
    LogIn: "step_log_in",
    Assign: "step_assign",
    ChooseSite: "step_site",
    Agreement: "step_agreement",
    CaCertificate: "step_ca_certificate",
    MdmProfile: "step_download",
    Install: "step_install",
    Complete: "step_done",
}


@dataclass(frozen=True)
class Letter:
    """An invitation in words: ``values`` fill the placeholders."""

    site: SiteSettings
    language: str
    link: str
    texts: Texts
    values: dict[str, object]
    facts: dict[str, object]
    steps: tuple[Coming, ...]


def invitation_mail(delivery: Delivery, *, now: datetime) -> EmailMultiAlternatives:
    """Made at the time of sending, so that no link waits in a table. Raises Unsendable, Undecryptable."""
    letter = _letter(_invitation(delivery, now), delivery.language, now)
    return _composed(letter, DeliveryKind(delivery.kind), delivery.recipient, delivery.message_id, now)


def invitation_sms(delivery: Delivery, *, now: datetime) -> str:
    """Raises Unsendable, Undecryptable."""
    letter = _letter(_invitation(delivery, now), delivery.language, now)
    return letter.texts.plain(MailTexts.sms, letter.values)


def shown_mail(site: SiteSettings, language: str) -> str:
    """The HTML of a mail to nobody, for the editor of texts."""
    row = Invitation(site_id=site.site_id, assigned_full_name="Ana Alvarez", login_required=True)
    html = _html(_written(row, language, "https://…/i/…", timezone.now()), DeliveryKind.INVITATION)
    return html.replace("cid:code", segno.make("https://…/i/…").png_data_uri(scale=5))


def _invitation(delivery: Delivery, now: datetime) -> Invitation:
    invitation = delivery.invitation
    if invitation is None:
        raise Unsendable("There is no invitation any more.")
    if state_of(invitation, now) in (InvitationState.REVOKED, InvitationState.USED, InvitationState.EXPIRED):
        raise Unsendable("The invitation was revoked or has expired before it was sent, or it was used up.")
    if delivery.kind == DeliveryKind.REMINDER and invitation.uses_held + invitation.uses_spent:
        raise Unsendable("Somebody began to use the invitation before the reminder was sent.")
    if SiteConfiguration.for_site(invitation.site_id).archived:
        raise Unsendable("The site is archived.")
    if address_of(invitation, Channel(delivery.channel)) != delivery.recipient:
        raise Unsendable("The address was changed since: send the invitation again.")
    return invitation


def _letter(invitation: Invitation, language: str, now: datetime) -> Letter:
    base = site_url(invitation.site_id)
    if not base:
        raise Unsendable(
            "The site has no address, and none of a site it belongs to: add one, then send again."
        )
    return _written(invitation, language, f"{base}/i/{token_of(invitation)}", now)


def _written(invitation: Invitation, language: str, link: str, now: datetime) -> Letter:
    site = SiteConfiguration.for_site(invitation.site_id)
    entry = SiteConfiguration.for_site(nearest_host(site)[0] or site.site_id)
    steps = tuple(each for each in steps_to_come(invitation, entry, now=now) if each.step in _STEPS)
    texts = texts_for(site, language)
    with translation.override(language):
        starts, expires = (
            date_format(moment.astimezone(site.time_zone), "DATETIME_FORMAT") if moment else ""
            for moment in (invitation.not_before, invitation.expires_at)
        )
    values: dict[str, object] = {
        "organization": organization_in(site, language),
        "support": support_in(site, language) or Words(texts.resolve(MailTexts.any_support)),
        "name": invitation.assigned_full_name,
        "starts_at": starts,
        "expires_at": expires,
        "link": link,
    }
    facts = {
        "link": link,
        "named": bool(invitation.assigned_full_name),
        "pin": invitation.pin_encrypted is not None,
        "starts": bool(starts),
        "expires": bool(expires),
        "personal": invitation.max_uses == 1,
    }
    return Letter(site, language, link, texts, values, facts, steps)


def _composed(
    letter: Letter, kind: DeliveryKind, recipient: str, message_id: uuid.UUID, now: datetime
) -> EmailMultiAlternatives:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    mail = _Related(
        subject=_one_line(letter.texts.plain(getattr(MailTexts, _SUBJECTS[kind]), letter.values)),
        body=_text(letter, kind),
        from_email=formataddr((_one_line(str(letter.values["organization"])), sender)),
        to=[recipient],
        reply_to=[letter.site.support_email] if letter.site.support_email else None,
        headers={
            "Message-ID": f"<{message_id}@{sender.partition('@')[2] or 'localhost'}>",
            "Date": format_datetime(now),
            "Auto-Submitted": "auto-generated",  # RFC 3834, 5: no out-of-office reply, please
            "Content-Language": letter.language,
        },
    )
    mail.attach_alternative(_html(letter, kind), "text/html")
    mail.attach(_code(letter.link))
    return mail


def _code(link: str) -> MIMEImage:
    png = BytesIO()
    segno.make(link, error="m").save(png, kind="png", scale=5, border=3)
    image = MIMEImage(png.getvalue(), "png")
    image.add_header("Content-ID", "<code>")
    image.add_header("Content-Disposition", "inline", filename="code.png")
    return image


def _text(letter: Letter, kind: DeliveryKind) -> str:
    said = {
        name: letter.texts.plain(message, letter.values)
        for name, message in vars(MailTexts).items()
        if isinstance(message, Message)
    }
    steps = [said[_STEPS[each.step]] if each.always else _perhaps(letter, each) for each in letter.steps]
    context = {
        "texts": said | {"kind_lead": said[_LEADS[kind]]},
        "steps": steps,
        "facts": letter.facts,
        "site": letter.site,
    }
    return render_to_string("mail/invitation.txt", context)


def _perhaps(letter: Letter, coming: Coming) -> str:
    return letter.texts.plain(MailTexts.step_perhaps, letter.values | {"step": _step(letter, coming)})


def _step(letter: Letter, coming: Coming) -> str:
    return letter.texts.plain(getattr(MailTexts, _STEPS[coming.step]), letter.values)


def _html(letter: Letter, kind: DeliveryKind) -> str:
    texts = ScreenTexts(MailTexts, letter.texts, letter.values)
    accent = letter.site.accent_color
    look = SimpleNamespace(
        language=letter.language,
        direction=direction(letter.language),
        accent=accent if ACCENT.fullmatch(accent) else ACCENT_OF_OURS,
    )
    context = {
        "texts": texts,
        "steps": [
            texts[_STEPS[each.step]]
            if each.always
            else texts.filled("step_perhaps", step=_step(letter, each))
            for each in letter.steps
        ],
        "kind_lead": texts[_LEADS[kind]],
        "facts": letter.facts,
        "site": letter.site,
        "look": look,
        "organization": letter.values["organization"],
    }
    return render_to_string("mail/invitation.html", context)


def _one_line(text: str) -> str:
    """A site's wording may have several, a header may not (RFC 5322, 2.2)."""
    return " ".join(text.split())
