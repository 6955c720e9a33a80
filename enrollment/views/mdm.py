"""What devices put: check-in and the command channel. Never 401 or 403, which could unenroll a device."""

import logging
from datetime import datetime

from cryptography import x509
from django.http import HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from enrollment.actions import check_in, refusals
from enrollment.actions.check_in import CheckInRefused
from enrollment.actions.commands import take_report
from enrollment.mdm.check_in import CHECK_IN_LIMIT, Authenticate, CheckOut, TokenUpdate, read_check_in
from enrollment.mdm.command import command
from enrollment.mdm.plist import BadPlist
from enrollment.mdm.report import REPORT_LIMIT, read_report
from enrollment.models import AuthorityState, Certificate, Status
from enrollment.pki.errors import PkiError
from enrollment.pki.signature import DeviceSignature
from sites_config.http import SiteRequest
from sites_config.logs import note_enrollment
from sites_config.models import SiteConfiguration

log = logging.getLogger("gatehouse.mdm")


class BadMessage(Exception):
    """Answered with 400; the text is for the log."""


@method_decorator(csrf_exempt, name="dispatch")
class DeviceView(View):
    """Reads and verifies the signed body, finds the certificate, and flattens every refusal to 400."""

    http_method_names = ["put"]
    limit = CHECK_IN_LIMIT

    def put(self, request: SiteRequest) -> HttpResponse:
        now = timezone.now()
        try:
            body = self._body(request)
            certificate = _certificate(request.headers.get("Mdm-Signature", ""), body, now)
            return self._answer(request, certificate, body, now)
        except (BadMessage, BadPlist, PkiError) as error:
            log.info("refused: %s, request %s", error, request.reference)
            return HttpResponseBadRequest()

    def _answer(
        self, request: SiteRequest, certificate: Certificate, body: bytes, now: datetime
    ) -> HttpResponse:
        try:
            _check_host(request, certificate)
            return self.answer(certificate, body, now)
        except CheckInRefused as refusal:
            refusals.note_refusal(certificate, why=str(refusal), now=now)
            raise BadMessage(str(refusal)) from None

    def _body(self, request: SiteRequest) -> bytes:
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.limit:
            raise BadMessage("body over the limit")
        return request.body

    def answer(self, certificate: Certificate, body: bytes, now: datetime) -> HttpResponse:
        raise NotImplementedError


class CheckIn(DeviceView):
    """``/mdm/check-in``: Authenticate, TokenUpdate, CheckOut."""

    def answer(self, certificate: Certificate, body: bytes, now: datetime) -> HttpResponse:
        message = read_check_in(body)
        if isinstance(message, CheckOut):
            check_in.check_out(certificate, message, now=now)
            return HttpResponse()
        _check_unrevoked(certificate)
        if _superseded(certificate, now):
            return HttpResponse()
        if isinstance(message, Authenticate):
            check_in.authenticate(certificate, message, now=now)
        elif isinstance(message, TokenUpdate):
            check_in.token_update(certificate, message, now=now)
        else:
            raise BadMessage("a MessageType that the profile does not announce")
        return HttpResponse()


class Connect(DeviceView):
    """``/mdm/connect``: the answer to a command, or Idle; the reply is the next command, or nothing."""

    limit = REPORT_LIMIT

    def answer(self, certificate: Certificate, body: bytes, now: datetime) -> HttpResponse:
        report = read_report(body)
        _check_unrevoked(certificate)
        check_in.check_identity(certificate, report.udid)
        if _superseded(certificate, now):
            return HttpResponse()
        if certificate.enrollment.status != Status.ENROLLED:
            raise CheckInRefused(f"{report.status} while {certificate.enrollment.status}")
        if report.user_channel:
            return HttpResponse()
        waiting = take_report(certificate.enrollment, report, now=now)
        if waiting is None:
            return HttpResponse()
        plist = command(str(waiting.uuid), waiting.request_type, **waiting.arguments)
        return HttpResponse(plist, content_type="application/xml")


def _certificate(header: str, body: bytes, now: datetime) -> Certificate:
    """The row of the certificate that signed this body; the chain is checked before the signature."""
    signature = DeviceSignature.parse(header)
    row = check_in.certificate_with(signature.fingerprint)
    if row is None:
        refusals.note_unknown(signature, body, now=now)
        raise BadMessage("an unknown certificate")
    issuer = x509.load_der_x509_certificate(bytes(row.authority.certificate_der))
    signature.verify(body, issuer=issuer, now=now)
    note_enrollment(row.enrollment.public_id)
    if row.authority.state == AuthorityState.RETIRED:
        refusals.note_refusal(row, why="a certificate of a retired authority", now=now)
        raise BadMessage("a certificate of a retired authority")
    return row


def _check_host(request: SiteRequest, certificate: Certificate) -> None:
    """The site is the certificate's, never the host's; but another institution's address is no place for it."""
    if not request.site.related_to(SiteConfiguration.for_site(certificate.site_id)):
        raise CheckInRefused("another institution's address")


def _check_unrevoked(certificate: Certificate) -> None:
    if certificate.revoked_at is not None:
        raise CheckInRefused("the certificate is revoked")


def _superseded(certificate: Certificate, now: datetime) -> bool:
    """A device whose UDID was claimed by a later enrollment: 200, no command, and both timelines say so."""
    if certificate.enrollment.status != Status.SUPERSEDED:
        return False
    refusals.note_conflict(certificate.enrollment, now=now)
    return True
