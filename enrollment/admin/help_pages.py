"""The help desk: one box to find somebody, and the story of whom it found. Looking changes nothing."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from enrollment.admin.help_search import LONGEST, MOST, is_address, scoped, search
from enrollment.admin.help_subjects import MOST_EVENTS, Subject, subject
from enrollment.admin.invitation_state import state_in_words
from enrollment.admin.text_preview import AGENTS, Look, preview
from enrollment.explain.cause import NOT_COME
from enrollment.explain.invitation_causes import invitation_cause
from enrollment.explain.story import Story, story_of
from enrollment.explain.timeline import sentence
from enrollment.models import AccessCode, Enrollment, Invitation, ListedDevice
from sites_config.admin.buttons import AdminWithButtons
from sites_config.admin.scoping import may, reach_of
from sites_config.models import Privilege, SiteConfiguration

TITLE = "Help desk"


def may_help(request: HttpRequest) -> bool:
    """Sees the stories of some site at least."""
    reach = reach_of(request.user)
    return reach.everything or bool(reach.seeing((Privilege.HELP_PEOPLE,)))


def help_desk(request: HttpRequest) -> HttpResponse:
    """One hit opens its story at once. The box posts, so that a link which somebody pasted stands in no address."""
    if not may_help(request):
        raise PermissionDenied
    text = (request.POST or request.GET).get("q", "")[:LONGEST]
    if request.method == "POST" and not is_address(text):
        return redirect(f"{reverse('admin:help')}?{urlencode({'q': text})}")
    found = search(text, request.user)
    if len(found.hits) == 1 and not found.more:
        return redirect(found.hits[0].url)
    return _page(request, "admin/help/search.html", title=TITLE, q=text, found=found, most=MOST)


def help_story(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if not may_help(request):
        raise PermissionDenied
    about = subject(kind, pk, request.user)  # type: ignore[arg-type]
    events = about.events(request.user)  # type: ignore[arg-type]
    now, latest = timezone.now(), about.enrollments[0] if about.enrollments else None
    own = [event for event in events if latest is not None and event.enrollment_id == latest.pk]
    story = story_of(latest, own, now) if latest is not None else None
    buttons = _buttons(request, about, latest)
    return _page(
        request,
        "admin/help/story.html",
        title=about.title,
        about=about,
        facts=[(label, value) for label, value in about.facts if value not in (None, "")],
        story=story,
        cause=_cause(about, story),
        buttons=[each for each in buttons if not each["ends"]],
        ending=[each for each in buttons if each["ends"]],
        code_url=_code_url(request, about, latest),
        codes=_codes(request, about),
        row_url=_row_url(request, about),
        invitations=[(each, state_in_words(each)) for each in about.invitations],
        others=about.enrollments[1:] if latest is about.row else about.enrollments,
        timeline=[(event, sentence(event)) for event in events],
        most=MOST_EVENTS,
        whole=len(events) < MOST_EVENTS,
    )


def help_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The screen where somebody is, in their language, with nothing of theirs in it."""
    if not may_help(request):
        raise PermissionDenied
    row = subject("enrollment", pk, request.user).enrollments[0]  # type: ignore[arg-type]
    story = story_of(row, (), timezone.now())
    if not story.slug:
        raise Http404
    device = next((name for name in AGENTS if name in row.browser), "iPhone")
    look = Look(story.language, "light", device)
    return preview(request, SiteConfiguration.for_site(row.site_id), story.slug, look, {})


def _cause(about: Subject, story: Story | None) -> Any:
    """An invitation says why it can't be used; everything else, how far the newest attempt is, and where there is none,
    what waits for them."""
    if about.of_invitation is not None:
        return invitation_cause(about.of_invitation)
    if story is not None:
        return story.cause
    return NOT_COME if isinstance(about.row, ListedDevice) else None


def _admin_of(row: Any) -> AdminWithButtons:
    return admin.site.get_model_admin(type(row))  # type: ignore[return-value]


def _buttons(request: HttpRequest, about: Subject, latest: Enrollment | None) -> list[dict[str, str]]:
    """Of the row itself, and of its newest enrollment. They come back to the story of the row that was changed."""
    found: list[dict[str, str]] = []
    for row in dict.fromkeys((about.row, latest)):
        model_admin = _admin_of(row) if row is not None else None
        if isinstance(model_admin, AdminWithButtons):
            found += model_admin.pressable(request, row)
    return found


def _code_url(request: HttpRequest, about: Subject, latest: Enrollment | None) -> str:
    """The page that makes a code for it; "" for who may not."""
    row = about.row if isinstance(about.row, Invitation) else latest
    if row is None or not may(request.user, row, change=True, also=(Privilege.HELP_PEOPLE,)):
        return ""
    kind = "invitation" if isinstance(row, Invitation) else "enrollment"
    return f"{reverse('admin:enrollment_accesscode_add')}?{urlencode({kind: row.pk})}"


def _codes(request: HttpRequest, about: Subject) -> list[tuple[AccessCode, str]]:
    """The open ones, each with where it is revoked, "" for who may not."""
    rows = AccessCode.objects.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now())
    if isinstance(about.row, Invitation):
        rows = rows.filter(invitation=about.row)
    else:
        rows = rows.filter(enrollment__in=about.enrollments)
    model_admin = _admin_of(AccessCode())
    found = []
    for row in scoped(rows.select_related("made_by", "invitation"), request.user)[:MOST]:
        pressable = model_admin.pressable(request, row)
        found.append((row, pressable[0]["url"] if pressable else ""))
    return found


def _row_url(request: HttpRequest, about: Subject) -> str:
    model_admin = _admin_of(about.row)
    if not model_admin.has_view_permission(request, about.row):
        return ""
    name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_change"
    return reverse(name, args=[about.row.pk])


def _page(request: HttpRequest, template: str, **facts: Any) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **facts})
