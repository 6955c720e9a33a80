"""The TLS certificate of each public URL, as a phone would see it."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import certifi
from cryptography import x509
from django.conf import settings

from enrollment.actions.ca_certificates import delivered_ca
from enrollment.actions.issuing import NotReady
from enrollment.doctor.addresses import PublicUrl, public_urls
from enrollment.doctor.deadline import within
from enrollment.doctor.finding import Asked, Finding, State, until

TIMEOUT, SECONDS = 5.0, 12.0  # of one step, of all of them
# https://support.apple.com/103769: of every certificate, a private authority's too, that begins in July 2019 or later.
LONGEST_LIFE, LONGEST_LIFE_SINCE = timedelta(days=825), datetime(2019, 7, 1, tzinfo=UTC)
# What OpenSSL calls it (X509_V_ERR_…), and what helps.
TODO = {
    "unable to get local issuer certificate": "let the proxy send its intermediate certificates; if the institution's "
    "own authority signed it, tick “this server's own TLS certificate hangs on that CA” in the site's configuration",
    "self-signed certificate": "use a certificate of an authority: iOS never takes this one",
    "certificate has expired": "renew it now: no device can check in",
}
RENEW = "renew it at the proxy, and let the proxy read it anew"


def tls(asked: Asked) -> Iterator[Finding]:
    urls = public_urls(asked)
    if not urls:
        yield Finding(
            State.FAILED, "no site has an address", todo="manage.py create_site HOST --organization …"
        )
    for url in urls:
        if url.site is None:
            todo = "add it in the administration under Addresses, or correct --url"
            yield Finding(State.FAILED, "no site has this address", url.text, todo)
        elif not url.secure:
            text = "served by http: good for the demonstration on this machine only, no phone can enroll"
            todo = "make run HOST=…" if settings.DEMO else "let the proxy serve https, and nothing else"
            yield Finding(State.WARNING, text, url.text, todo)
    calls = [
        (url.text, partial(_seen, url, _own_authority(url, asked.now), asked.now))
        for url in urls
        if url.secure and url.site is not None
    ]
    yield from within(SECONDS, calls)


def _own_authority(url: PublicUrl, now: datetime) -> bytes:
    """DER of what people of this site install and trust first; empty where public authorities are enough."""
    if url.site is None or not url.site.tls_needs_ca:
        return b""
    try:
        return delivered_ca(url.site, now=now).der
    except NotReady:
        return b""


def _seen(url: PublicUrl, own_authority: bytes, now: datetime) -> Finding:
    try:
        certificate = _certificate(url, own_authority)
    except ssl.SSLCertVerificationError as error:
        todo = TODO.get(error.verify_message, "give the proxy a certificate for this name")
        return Finding(State.FAILED, f"a phone refuses it: {error.verify_message}", url.text, todo)
    except OSError as error:
        text = f"can't be reached: {error.strerror or error}"
        todo = f"does {url.host} lead to the proxy, and does it listen? For another port: --url https://{url.host}:PORT"
        return Finding(State.FAILED, text, url.text, todo)
    if lives_too_long(certificate):
        text = f"a phone refuses it: it lives longer than {LONGEST_LIFE.days} days"
        return Finding(State.FAILED, text, url.text, "issue one that lives a year")
    trusted = "an authority that people install first" if own_authority else "a public authority"
    return until(
        certificate.not_valid_after_utc, now=now, subject=url.text, todo=RENEW, more=f"; signed by {trusted}"
    )


def _certificate(url: PublicUrl, own_authority: bytes) -> x509.Certificate:
    """The server's, once it was verified."""
    context = ssl.create_default_context(cafile=certifi.where())
    if own_authority:
        context.load_verify_locations(cadata=own_authority)
    with (
        socket.create_connection((url.host, url.port), TIMEOUT) as connection,
        context.wrap_socket(connection, server_hostname=url.host) as encrypted,
    ):
        return x509.load_der_x509_certificate(encrypted.getpeercert(binary_form=True) or b"")


def lives_too_long(certificate: x509.Certificate) -> bool:
    begins = certificate.not_valid_before_utc
    return begins >= LONGEST_LIFE_SINCE and certificate.not_valid_after_utc - begins > LONGEST_LIFE
