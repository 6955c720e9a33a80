"""SCEP (RFC 8894) at the authority's URL, as Apple's client asks: caps, certificate, PKIOperation."""

import logging

from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed, HttpResponseNotFound
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from enrollment import flow
from enrollment.actions.certificates import ChallengeRefused, SecondKey, certify, refuse_second_key
from enrollment.actions.issuing import loaded_authority
from enrollment.models import Authority, AuthorityState, Enrollment
from enrollment.pki import scep
from enrollment.pki.errors import PkiError
from enrollment.visit import of_device
from sites_config.http import SiteRequest
from sites_config.models import SiteConfiguration

log = logging.getLogger("gatehouse.scep")
MAX_MESSAGE = 1024 * 1024


@method_decorator(csrf_exempt, name="dispatch")
class Scep(View):
    """Never 401 or 403. Outside the protocol 400, inside it always 200 with a signed CertRep."""

    def dispatch(self, request: SiteRequest, authority: str) -> HttpResponse:  # type: ignore[override]
        if request.method not in ("GET", "POST"):
            return HttpResponseNotAllowed(["GET", "POST"])
        rows = Authority.objects.exclude(state=AuthorityState.RETIRED)
        named = rows.filter(public_id=authority)
        row = next(
            (each for each in named if request.site.related_to(SiteConfiguration.for_site(each.site_id))),
            None,
        )
        if row is None:
            return HttpResponseNotFound("unknown authority", content_type="text/plain")
        operation = request.GET.get("operation", "")
        if operation == "GetCACaps" and request.method == "GET":
            return HttpResponse(scep.CAPABILITIES, content_type="text/plain")
        if operation == "GetCACert" and request.method == "GET":
            return HttpResponse(bytes(row.certificate_der), content_type="application/x-x509-ca-cert")
        if operation == "PKIOperation":
            return _pki_operation(request, row)
        return HttpResponseBadRequest("unknown operation", content_type="text/plain")


def _pki_operation(request: SiteRequest, row: Authority) -> HttpResponse:
    authority = loaded_authority(row)
    try:
        message = _message(request)
        reply = _reply(scep.read_request(message, authority=authority), row)
    except scep.BadRequest as error:
        log.info("refused: %s, request %s", error.reason, request.reference)
        reply = error.failure(authority)
    except PkiError as error:
        log.info("not SCEP: %s, request %s", error.reason, request.reference)
        return HttpResponseBadRequest("not a PKIMessage", content_type="text/plain")
    return HttpResponse(reply, content_type="application/x-pki-message")


def _message(request: SiteRequest) -> bytes:
    if request.method == "GET":
        return scep.message_from_query(request.GET.get("message", ""))
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_MESSAGE:
        raise PkiError("message over the limit")
    return request.body


def _reply(request: scep.Request, row: Authority) -> bytes:
    authority = loaded_authority(row)
    now = timezone.now()

    def still_allowed(enrollment: Enrollment) -> bool:
        return flow.conditions_hold(of_device(enrollment, now))

    try:
        der = certify(request, authority_id=row.pk, still_allowed=still_allowed, now=now)
    except ChallengeRefused as refusal:
        log.info("refused: %s", refusal)
        if isinstance(refusal, SecondKey):
            refuse_second_key(refusal, now=now)
        return scep.failure_reply(request, authority=authority)
    return scep.certificate_reply(request, authority=authority, certificate_der=der)
