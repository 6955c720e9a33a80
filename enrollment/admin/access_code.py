"""Access codes: made for somebody on the telephone, shown once, revoked."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.sites.models import Site
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.access_codes import LONGEST, make_code, revoke_code
from enrollment.actions.tokens import new_token
from enrollment.admin.addresses import base_url
from enrollment.models import AccessCode, Enrollment, Invitation
from sites_config.admin.buttons import AdminWithButtons, actor, button
from sites_config.admin.pages import form_page
from sites_config.admin.scoped import BY_SITE
from sites_config.admin.scoping import for_user, may, reach_of
from sites_config.http import sent_id
from sites_config.models import Privilege, SiteConfiguration
from sites_config.references import spoken

WORDS = (
    "Eight letters and digits for somebody on the telephone, who enters them at {address}. The code works once. It "
    "leads to the log-in, or takes one use of an invitation as its link would. You see it on the next page only."
)
CLOSING_TIME = time(16)
LIVES = (
    ("quarter", "15 minutes"),
    ("hour", "1 hour"),
    ("today", "until 16:00 (8 hours at most, and 8 hours where it is later)"),
)
LOG_IN, INVITATION = "log-in", "invitation"


class CodeForm(forms.Form):
    site = forms.ModelChoiceField(queryset=Site.objects.none())
    leads_to = forms.ChoiceField(choices=())
    lives = forms.ChoiceField(label="Valid for", choices=LIVES, initial="hour", widget=forms.RadioSelect)
    # Of the second of two clicks nobody sees what the first one was answered.
    once = forms.CharField(required=False, max_length=64, initial=new_token, widget=forms.HiddenInput)


def _may_revoke(admin_: "AccessCodeAdmin", request: HttpRequest, code: AccessCode) -> bool:
    return may(request.user, code, change=True, also=(Privilege.HELP_PEOPLE,))


def _is_open(code: AccessCode) -> bool:
    return code.good(timezone.now())


@admin.register(AccessCode)
class AccessCodeAdmin(AdminWithButtons):
    """Which codes there are, never the codes: nothing keeps them."""

    addable = True
    also = (Privilege.HELP_PEOPLE,)
    buttons = ("revoke",)
    list_display = ("__str__", "state", "leads_to", "enrollment", "made_by", "expires_at", "site")
    list_filter = (BY_SITE, "made_at")
    list_select_related = ("site", "invitation", "enrollment", "made_by")
    ordering = ("-made_at",)
    linked = ("enrollment", "invitation")
    fields = (
        "state", "leads_to", "site", "enrollment", "made_by", "made_at", "expires_at", "used_at", "started",
        "revoked_at",
    )  # fmt: skip
    readonly_fields = ("state", "leads_to")

    @admin.display(description="state")
    def state(self, code: AccessCode) -> str:
        if code.used_at:
            return "Used"
        if code.revoked_at:
            return "Revoked"
        return "Open" if code.good(timezone.now()) else "Expired"

    @admin.display(description="leads to")
    def leads_to(self, code: AccessCode) -> str:
        return f"invitation “{code.invitation}”" if code.invitation else "the log-in"

    @button("Revoke", _may_revoke, _is_open)
    def revoke(self, request: HttpRequest, code: AccessCode) -> None:
        if revoke_code(code, actor=actor(request), now=timezone.now()):
            messages.success(request, "The code is revoked.")
        else:
            messages.error(request, "It was used a moment ago: see its page.")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """For an enrollment, an invitation or a site, as the address says."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        enrollment = self._named(request, "enrollment", Enrollment.objects.select_related("invitation"))
        invitation = self._named(request, "invitation", Invitation.objects.all())
        if isinstance(enrollment, Enrollment):
            # Of a site beyond theirs, such as the district's, they neither give away a use nor read the name.
            of_it = enrollment.invitation
            invitation = of_it if of_it and may(request.user, of_it, change=True, also=self.also) else None
        elif isinstance(invitation, Invitation) and not self._sees_links(request, invitation):
            raise PermissionDenied
        form = self._form(request, enrollment, invitation)
        if form.is_valid():
            return self._made(request, form, enrollment, invitation)
        site = form.initial["site"] or getattr(request, "site").site_id  # noqa: B009  # the host middleware's
        return form_page(
            self,
            request,
            title=f"Access code for {enrollment or invitation or 'somebody'}",
            words=WORDS.format(address=f"{base_url(request, site)}/code/"),
            form=form,
            press="Make the code",
            back=reverse("admin:enrollment_accesscode_changelist"),
        )

    def _sees_links(self, request: HttpRequest, invitation: Invitation) -> bool:
        """Who gives away a use of any invitation may as well see its link."""
        return reach_of(request.user).holds(Privilege.SEE_INVITATION_LINKS, invitation.site_id)

    def _named(self, request: HttpRequest, name: str, rows: QuerySet[Any]) -> Model | None:
        text = request.GET.get(name, "")
        if not text:
            return None
        found = (
            for_user(rows, request.user, change=True, also=self.also).filter(pk=sent_id(text) or 0).first()
        )
        if found is None:
            raise Http404
        return found  # type: ignore[no-any-return]

    def _form(self, request: HttpRequest, enrollment: Any, invitation: Any) -> CodeForm:
        about = invitation or enrollment
        initial = {"site": about.site_id if about else None, "leads_to": INVITATION if invitation else LOG_IN}
        form = CodeForm(request.POST if request.method == "POST" else None, initial=initial)
        open_sites = Site.objects.exclude(configuration__archived=True).order_by("name")
        sites = for_user(open_sites, request.user, change=True, also=self.also)
        site: Any = form.fields["site"]
        site.queryset = sites.filter(pk=about.site_id) if about else sites
        leads_to: Any = form.fields["leads_to"]
        leads_to.choices = [(INVITATION, f"the invitation “{invitation}”")] if invitation else []
        leads_to.choices = [*leads_to.choices, (LOG_IN, "the log-in")]
        return form

    def _made(self, request: HttpRequest, form: CodeForm, enrollment: Any, invitation: Any) -> HttpResponse:
        site: Site = form.cleaned_data["site"]
        made, code = make_code(
            site_id=site.pk,
            expires_at=_until(form.cleaned_data["lives"], site, timezone.now()),
            actor=actor(request),
            now=timezone.now(),
            invitation=invitation if form.cleaned_data["leads_to"] == INVITATION else None,
            enrollment=enrollment,
            asked_by=_said(request, form),
        )
        about = enrollment or invitation
        kind = "enrollment" if enrollment else "invitation"
        context = {
            **self.admin_site.each_context(request),
            "title": "Access code",
            "opts": self.opts,
            "code": spoken(code),
            "made": made,
            "address": f"{base_url(request, site.pk)}/code/",
            "back": reverse("admin:help_story", args=[kind, about.pk]) if about else self.change_url(made),
        }
        return TemplateResponse(request, "admin/help/code.html", context)


def _said(request: HttpRequest, form: CodeForm) -> str:
    """By this person, on this page, in this form: "" for one that was never shown."""
    once = form.cleaned_data["once"]
    return repr((request.user.pk, request.GET.urlencode(), sorted(form.data.items()))) if once else ""


def _until(lives: str, site: Site, now: datetime) -> datetime:
    if lives != "today":
        return now + (timedelta(minutes=15) if lives == "quarter" else timedelta(hours=1))
    zone = SiteConfiguration.for_site(site).time_zone
    closing = datetime.combine(now.astimezone(zone).date(), CLOSING_TIME, tzinfo=zone)
    return closing if now < closing < now + LONGEST else now + LONGEST
