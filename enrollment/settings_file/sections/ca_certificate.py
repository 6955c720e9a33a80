"""ca_certificate: which one people install before the MDM profile."""

from collections.abc import Iterator
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.sites.models import Site

from enrollment.actions.ca_certificates import BadCaCertificate, read_ca_certificate
from enrollment.models import CaCertificate
from enrollment.settings_file.nodes import Node, Wrong, text_of
from enrollment.settings_file.references import References
from enrollment.settings_file.run import ADDITION, CHANGE, Change, Run

KEYS = ("name", "certificate")


def exported(site: Site, references: References) -> dict[str, Any]:
    row = CaCertificate.objects.filter(site=site).first()
    if row is None:
        return {}
    certificate = x509.load_der_x509_certificate(bytes(row.certificate_der))
    return {"name": row.name, "certificate": certificate.public_bytes(Encoding.PEM).decode()}


def apply(run: Run, node: Node) -> None:
    keys = run.fields(node, "ca_certificate", KEYS)
    row = CaCertificate.objects.filter(site=run.site).first()
    if not keys:
        if row is not None:
            run.drop(row, "ca_certificate", was=row.name)
        return
    if set(keys) != set(KEYS):
        raise Wrong(node, f"It needs {' and '.join(KEYS)}.")
    new = row or CaCertificate(site=run.site)
    before = (new.name, bytes(new.certificate_der or b""))
    new.name = text_of(keys["name"]).strip()
    with run.within("ca_certificate.certificate"):
        _take(run, new, keys["certificate"])
        if (new.name, new.certificate_der) != before:
            _store(run, new, before, node, keys)


def _take(run: Run, row: CaCertificate, node: Node) -> None:
    """What is there already stays, whether it has ended or not."""
    try:
        certificate = x509.load_pem_x509_certificate(text_of(node).strip().encode())
        if bytes(row.certificate_der or b"") != certificate.public_bytes(Encoding.DER):
            certificate = read_ca_certificate(text_of(node), now=run.now)
    except (ValueError, BadCaCertificate) as error:
        words = str(error) if isinstance(error, BadCaCertificate) else "This is no CA certificate in PEM."
        raise Wrong(node, words) from None
    row.certificate_der = certificate.public_bytes(Encoding.DER)
    row.not_after = certificate.not_valid_after_utc


def _store(
    run: Run, row: CaCertificate, before: tuple[str, bytes], node: Node, keys: dict[str, Node]
) -> None:
    is_new = row.pk is None
    row.created_at = run.now
    if not run.valid(row, "ca_certificate", node.line, keys):
        return
    row.save()
    run.touch(row, ADDITION if is_new else CHANGE, *KEYS)
    run.changes += _changes(row, before) if not is_new else [Change("ca_certificate", "", "new")]


def _changes(row: CaCertificate, before: tuple[str, bytes]) -> Iterator[Change]:
    if row.name != before[0]:
        yield Change("ca_certificate.name", before[0], row.name)
    if row.certificate_der != before[1]:
        yield Change("ca_certificate.certificate")
