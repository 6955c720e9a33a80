"""The profile behind its capability URL: no cookie, the same bytes for as long as they are good."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from enrollment import flow
from enrollment.actions.ca_certificates import note_fetched, signed_ca_profile
from enrollment.actions.issuing import NotReady
from enrollment.actions.profiles import served
from enrollment.actions.tokens import digest
from enrollment.models import Enrollment, IssuedProfile, Status
from enrollment.models.moves import OPEN
from enrollment.profiles.enrollment_profile import CONTENT_TYPE
from enrollment.steps.ca_certificate import Texts as CaTexts
from enrollment.views.problems import problem_page
from enrollment.visit import of_device
from sites_config.http import SiteRequest
from sites_config.names import organization_in
from sites_config.secrets import decrypt
from sites_config.texts import texts_for


@csrf_exempt  # a POST is answered with 405: a device must never read 403
@require_safe
def download(request: SiteRequest, token: str) -> HttpResponse:
    """Notes the first serving, which starts the clock; a HEAD or a prefetch notes nothing."""
    now = timezone.now()
    profile = _profile(request, token)
    if profile is None or not _good(profile, now):
        enrollment = profile.enrollment if profile else None
        action = f"/enroll/{enrollment.public_id}/" if enrollment else "/enroll/"
        return problem_page(
            request, "profile_gone", 410 if profile else 404, action=action, enrollment=enrollment
        )
    if request.method == "GET" and not _is_prefetch(request):
        served(profile, now=now)
    return _attachment(decrypt(bytes(profile.body_encrypted or b"")), "enrollment")


@csrf_exempt
@require_safe
def ca_certificate(request: SiteRequest, public_id: str) -> HttpResponse:
    """The CA certificate for whoever has the enrollment's address: it is no secret, and the installer has no cookie."""
    now = timezone.now()
    rows = Enrollment.objects.filter(entry_site=request.site.site_id, public_id=public_id, status__in=OPEN)
    enrollment = rows.select_related("invitation").first()
    if enrollment is None or enrollment.lapsed(now):
        return problem_page(request, "profile_gone", 410)
    site = of_device(enrollment, now).site
    texts = texts_for(site, request.language)
    values = {"organization": organization_in(site, request.language)}

    def name(called: str) -> str:
        return texts.plain(CaTexts.name, {"name": called})

    try:
        description = texts.plain(CaTexts.description, values)
        body = signed_ca_profile(site, name=name, description=description, now=now)
    except NotReady:
        return problem_page(request, "unavailable", 503)
    if request.method == "GET" and not _is_prefetch(request):
        note_fetched(enrollment, now=now)
    return _attachment(body, "certificate")


def _attachment(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.mobileconfig"'
    return response


def _profile(request: SiteRequest, token: str) -> IssuedProfile | None:
    rows = IssuedProfile.objects.select_related("enrollment__invitation", "enrollment__signed_in_user")
    return rows.filter(token_sha256=digest(token), enrollment__entry_site=request.site.site_id).first()


def _good(profile: IssuedProfile, now: datetime) -> bool:
    enrollment = profile.enrollment
    unused = enrollment.status == Status.PROFILE_ISSUED and profile.can_be_fetched(now)
    return unused and flow.conditions_hold(of_device(enrollment, now))


def _is_prefetch(request: SiteRequest) -> bool:
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return any("prefetch" in purpose or "preview" in purpose for purpose in purposes)
