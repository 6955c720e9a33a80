"""What a device's message leaves on the timelines when it was refused, or came from an enrollment that is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from django.db.models import Max, Min, Q

from enrollment.actions.enrollments import note
from enrollment.models import Authority, AuthorityState, Certificate, Enrollment, Event, EventKind
from enrollment.pki.errors import PkiError, flattened
from enrollment.pki.signature import DeviceSignature
from sites_config.changes import remember

CONFLICT_EVERY, LOG_INS_EVERY = timedelta(hours=1), timedelta(minutes=5)
WHY_UNKNOWN = "unknown certificate"
LONGEST_SUBJECT = 200  # characters


def note_conflict(enrollment: Enrollment, *, now: datetime) -> None:
    """A superseded certificate spoke again: an event on both timelines, at most one an hour."""
    rows = Enrollment.objects.filter(
        Q(conflict_noted_at=None) | Q(conflict_noted_at__lte=now - CONFLICT_EVERY)
    )
    if not rows.filter(pk=enrollment.pk).update(conflict_noted_at=now):
        return
    current = enrollment.device.enrollment if enrollment.device else None
    Event.objects.bulk_create(
        Event(
            site_id=row.site_id,
            kind=EventKind.DEVICE_CONFLICT,
            at=now,
            enrollment=row,
            device_id=enrollment.device_id,
        )
        for row in (enrollment, current)
        if row is not None
    )


def note_refusal(certificate: Certificate, *, why: str, now: datetime) -> None:
    """A message under a certificate of ours was refused; at most one event an hour for the same reason."""
    rows = Event.objects.filter(enrollment=certificate.enrollment_id, kind=EventKind.CERTIFICATE_REFUSED)
    if rows.filter(at__gt=now - CONFLICT_EVERY, data__why=why).exists():
        return
    Event.objects.create(
        site_id=certificate.site_id,
        kind=EventKind.CERTIFICATE_REFUSED,
        at=now,
        enrollment=certificate.enrollment,
        data={"why": why},
    )


def note_unknown(signature: DeviceSignature, body: bytes, *, now: datetime) -> None:
    """A certificate that one of our authorities signed and no row knows, as after a restored backup.

    Strangers' certificates leave no event. Raises PkiError for one that can't be read.
    """
    with flattened("name of the issuer"):
        name = signature.certificate.issuer.public_bytes()
    for site_id, issuer in remember(("authorities by name",), _authorities_by_name).get(name, ()):
        try:
            signature.verify(body, issuer=issuer, now=now)
        except PkiError:
            continue
        data = _of_unknown(signature.certificate)
        noted = Event.objects.filter(site=site_id, kind=EventKind.CERTIFICATE_REFUSED, data=data)
        if not noted.filter(at__gt=now - CONFLICT_EVERY).exists():
            Event.objects.create(site_id=site_id, kind=EventKind.CERTIFICATE_REFUSED, at=now, data=data)
        return


def _of_unknown(certificate: x509.Certificate) -> dict[str, str]:
    """The subject is our own text, because our authority signed it: the common name is an enrollment's reference."""
    subject = certificate.subject.rfc4514_string()[:LONGEST_SUBJECT]
    return {"why": WHY_UNKNOWN, "serial_number": f"{certificate.serial_number:x}", "subject": subject}


@dataclass(frozen=True)
class UnknownCertificate:
    """As its check-ins left it in events, at most one an hour."""

    site: str
    serial_number: str
    subject: str
    first_seen_at: datetime
    last_seen_at: datetime


def unknown_certificates() -> list[UnknownCertificate]:
    """Those that checked in, the latest first."""
    rows = Event.objects.filter(kind=EventKind.CERTIFICATE_REFUSED, data__why=WHY_UNKNOWN)
    seen = (
        rows.order_by()
        .values("site__name", "data__serial_number", "data__subject")
        .annotate(first=Min("at"), last=Max("at"))
        .order_by("-last")
    )
    return [
        UnknownCertificate(
            row["site__name"],
            row["data__serial_number"],
            row["data__subject"] or "",
            row["first"],
            row["last"],
        )
        for row in seen
    ]


def _authorities_by_name() -> dict[bytes, list[tuple[int, x509.Certificate]]]:
    """(site id, certificate) of every authority in use, by its encoded name: several may have the same."""
    found: dict[bytes, list[tuple[int, x509.Certificate]]] = {}
    for row in Authority.objects.exclude(state=AuthorityState.RETIRED).only("site_id", "certificate_der"):
        certificate = x509.load_der_x509_certificate(bytes(row.certificate_der))
        found.setdefault(certificate.subject.public_bytes(), []).append((row.site_id, certificate))
    return found


def note_log_in_refused(enrollment: Enrollment, *, why: str, now: datetime) -> None:
    """Why somebody who began could not log in; at most one event in five minutes for the same reason."""
    _note_seldom(enrollment, EventKind.LOG_IN_REFUSED, now=now, data={"why": why})


def note_unreachable(enrollment: Enrollment, *, now: datetime) -> None:
    """A directory was asked for somebody who began, and did not answer; at most one event in five minutes."""
    _note_seldom(enrollment, EventKind.DIRECTORY_UNREACHABLE, now=now, data={})


def _note_seldom(enrollment: Enrollment, kind: EventKind, *, now: datetime, data: dict[str, object]) -> None:
    rows = Event.objects.filter(enrollment=enrollment, kind=kind, data=data)
    if not rows.filter(at__gt=now - LOG_INS_EVERY).exists():
        note(enrollment, kind, now=now, data=data)
