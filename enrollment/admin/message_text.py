"""A site's own wording: an overview of sites and languages, an editor for each, a preview, the history of a text."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.sites.models import Site
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from enrollment.admin.text_history import changes_of
from enrollment.admin.text_preview import AGENTS, Look, kinds_of_problems, preview
from enrollment.admin.text_rows import ONLY, Row, rows, sent_rows, show_theirs
from enrollment.wording.screens import messages as all_messages
from enrollment.wording.screens import screens
from enrollment.wording.state import Wordings
from enrollment.wording.store import store
from sites_config.admin.buttons import actor
from sites_config.admin.scoped import ScopedAdmin
from sites_config.admin.scoping import for_user, may
from sites_config.http import sent_id
from sites_config.languages import CODES, LANGUAGES, SHIPPED
from sites_config.middleware.requests import ADMIN_POLICY
from sites_config.models import MessageText, SiteConfiguration, TextRevision, TextSource
from sites_config.texts import direction
from sites_config.wording import Outdated, Wording

# The frame in which a page is shown is allowed on this page alone.
WITH_A_FRAME = f"{ADMIN_POLICY}; frame-src 'self'"
NAMES = dict(LANGUAGES)


@admin.register(MessageText)
class MessageTextAdmin(ScopedAdmin):
    """Rows are made by the editor alone, which keeps their history."""

    list_filter = ()
    fields = ("site", "key")
    search_fields = ("key",)
    ordering = ("key",)

    def get_urls(self) -> list[URLPattern]:
        own = (
            ("of/<int:site>/<slug:language>/", self.edit, "edit"),
            ("of/<int:site>/<slug:language>/preview/", self.preview, "preview"),
            ("of/<int:site>/<slug:language>/history/<str:key>/", self.text_history, "text_history"),
        )
        urls = [
            path(route, self.admin_site.admin_view(view), name=f"{self._prefix}_{name}")
            for route, view, name in own
        ]
        return [*urls, *super().get_urls()]

    @property
    def _prefix(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """How many texts each site words in each language, and what is missing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        open_sites = Site.objects.filter(configuration__archived=False)
        shown = for_user(open_sites, request.user).order_by("name")
        sites = [(site, SiteConfiguration.for_site(site)) for site in shown]
        wordings = Wordings(settings for _site, settings in sites)
        table = [
            {
                "site": site,
                "languages": [
                    {"code": code, "name": NAMES[code], "counts": wordings.counts(settings, code)}
                    for code in settings.languages
                ],
            }
            for site, settings in sites
        ]
        return self._page(request, "admin/texts/overview.html", title="Texts", table=table)

    def edit(self, request: HttpRequest, site: int, language: str) -> HttpResponse:
        """GET shows, POST saves all that was changed or nothing."""
        row = self._site(request, site, language)
        may_change = may(request.user, row, change=True)
        settings = SiteConfiguration.for_site(row)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            sent = sent_rows(settings, language, request.POST.dict())
            if self._save(request, row, language, sent):
                return redirect(request.get_full_path())
            found, total = sent, len(sent)
        else:
            asked = {name: request.GET.get(name, "")[:200] for name in ("screen", "words", "only")}
            found, total = rows(settings, language, **(asked | {"screen": asked["screen"] or "names"}))
        response = self._page(
            request,
            "admin/texts/editor.html",
            title=f"Texts of {row.name}: {NAMES[language]}",
            site=row,
            language=language,
            language_name=NAMES[language],
            direction=direction(language),
            languages=[(code, NAMES[code], code in SHIPPED) for code in settings.languages],
            screens=screens(),
            screen=request.GET.get("screen", "") or "names",
            words=request.GET.get("words", ""),
            only=request.GET.get("only", ""),
            choices_of_only=ONLY.items(),
            rows=found,
            total=total,
            may_change=may_change,
            problem_kinds=[(kind, kind.replace("_", " ").capitalize()) for kind in kinds_of_problems()],
            preview_url=reverse(f"admin:{self._prefix}_preview", args=[site, language]),
            any_wrong=any(each.problems or each.theirs for each in found),
        )
        response.headers["Content-Security-Policy"] = WITH_A_FRAME
        return response

    def _save(self, request: HttpRequest, site: Site, language: str, sent: list[Row]) -> bool:
        """What is wrong is noted in the rows, and nothing is saved then."""
        if any(row.problems for row in sent):
            return False
        changed = [row for row in sent if row.changed]
        try:
            count = self._store(request, site, [row.wording(language) for row in changed])
        except Outdated as conflict:
            keys = {each.key for each in conflict.wordings}
            show_theirs([row for row in sent if row.key in keys], site.pk, language)
            return False
        words = (
            f"{count} {'text was' if count == 1 else 'texts were'} saved." if count else "Nothing changed."
        )
        messages.success(request, words)
        return True

    def _store(self, request: HttpRequest, site: Site, wordings: list[Wording]) -> int:
        settings = SiteConfiguration.for_site(site)
        return store(settings, wordings, source=TextSource.EDITOR, author=actor(request), now=timezone.now())

    def preview(self, request: HttpRequest, site: int, language: str) -> HttpResponse:
        """The screen with what stands in the editor's fields; changes nothing."""
        row = self._site(request, site, language)
        sent = request.POST.dict() if request.method == "POST" else {}
        look = Look(
            language,
            "dark" if sent.get("appearance") == "dark" else "light",
            sent.get("device", "") if sent.get("device") in AGENTS else "iPhone",
        )
        settings = SiteConfiguration.for_site(row)
        typed = sent_rows(settings, language, sent)
        unsaved = {
            each.key: each.wording(language).text or each.state.inherited for each in typed if each.changed
        }
        return preview(request, settings, sent.get("shown", "")[:100] or "welcome", look, unsaved)

    def text_history(self, request: HttpRequest, site: int, language: str, key: str) -> HttpResponse:
        """What a text was; a POST with ``revision`` brings one back."""
        row = self._site(request, site, language)
        message = all_messages().get(key)
        if message is None:
            raise Http404
        back = reverse(f"admin:{self._prefix}_edit", args=[site, language])
        if request.method == "POST":
            self._restore(request, row, language, key)
            return redirect(request.path)
        return self._page(
            request,
            "admin/texts/history.html",
            title=f"History of {key}: {NAMES[language]}",
            site=row,
            language=language,
            direction=direction(language),
            changes=changes_of(row.pk, language, key),
            may_change=may(request.user, row, change=True),
            back=f"{back}?words={key}",
        )

    def _restore(self, request: HttpRequest, site: Site, language: str, key: str) -> None:
        if not may(request.user, site, change=True):
            raise PermissionDenied
        chosen, seen = sent_id(request.POST.get("revision", "")), sent_id(request.POST.get("seen", ""))
        if chosen is None or seen is None:
            raise Http404
        revisions = TextRevision.objects.filter(site=site, language=language, key=key)
        revision = get_object_or_404(revisions, pk=chosen)
        try:
            self._store(request, site, [Wording(key, language, revision.text, seen)])
        except Outdated:
            messages.error(
                request, "Somebody changed this text in the meantime; it is the first in the list now."
            )
        else:
            messages.success(request, "The earlier wording is back.")

    def _site(self, request: HttpRequest, site_id: int, language: str) -> Site:
        if language not in CODES:
            raise Http404
        return get_object_or_404(for_user(Site.objects.all(), request.user), pk=site_id)

    def _page(self, request: HttpRequest, template: str, **facts: object) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **facts}
        return TemplateResponse(request, template, context)
