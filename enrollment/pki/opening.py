"""Opens key files that somebody uploads, in a process of its own with a time limit.

Such a file says itself how much work it is to open (RFC 8018: the iteration count), and a huge RSA key takes as long to
check. In the service the whole process would stand still meanwhile, with everybody else's requests.
"""

import subprocess
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from .keys import PrivateKey, key_from_der

SECONDS = 10
LARGEST = 64 * 1024  # bytes
_one_at_a_time = threading.BoundedSemaphore(1)
_PEM, _PKCS12 = "pem", "pkcs12"
_MARK = b"-----BEGIN PRIVATE KEY OF THE FILE-----\n"


class BadIdentity(Exception):
    """The text says what is wrong with the file, for whoever brought it."""


def open_pem_key(content: bytes, password: bytes | None) -> PrivateKey:
    """The private key in a PEM text. Raises BadIdentity."""
    return _key(_opened(_PEM, content, password))


def open_pkcs12(content: bytes, password: bytes | None) -> tuple[PrivateKey, list[x509.Certificate]]:
    """The private key and every certificate. Raises BadIdentity."""
    told = _opened(_PKCS12, content, password)
    certificates, _, _ = told.partition(_MARK)
    return _key(told), x509.load_pem_x509_certificates(certificates)


def _key(told: bytes) -> PrivateKey:
    return key_from_der(told.partition(_MARK)[2])


def _opened(form: str, content: bytes, password: bytes | None) -> bytes:
    if len(content) > LARGEST:
        raise BadIdentity("The file is larger than a certificate and its key ever are.")
    if not _one_at_a_time.acquire(blocking=False):
        raise BadIdentity("Another file is being opened right now: try again.")
    try:
        return _asked(form, content, password)
    finally:
        _one_at_a_time.release()


def _asked(form: str, content: bytes, password: bytes | None) -> bytes:
    """What the other process says. The password travels like the file, through the pipe."""
    sent = b"%d\n" % (-1 if password is None else len(password)) + (password or b"") + content
    command = [
        sys.executable,
        "-I",
        "-c",
        "import sys; sys.path[:0] = sys.argv[2:]; " + _RUN,
        form,
        *sys.path,
    ]
    try:
        done = subprocess.run(command, input=sent, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise BadIdentity("It takes too long to open: export it anew with usual settings.") from None
    if done.returncode:
        raise BadIdentity(done.stdout.decode() if done.returncode == REFUSED else UNREADABLE)
    return done.stdout


_RUN = "from enrollment.pki.opening import main; main(sys.argv[1])"
REFUSED = 3
UNREADABLE = "This kind of key or certificate can't be read here."


def main(form: str) -> None:
    """In the other process: from standard input to standard output."""
    length, _, rest = sys.stdin.buffer.read().partition(b"\n")
    size = int(length)
    password, content = (None, rest) if size < 0 else (rest[:size], rest[size:])
    try:
        sys.stdout.buffer.write(_pem(content, password) if form == _PEM else _from_pkcs12(content, password))
    except BadIdentity as error:
        sys.stdout.write(str(error))
        sys.exit(REFUSED)


def _pem(content: bytes, password: bytes | None) -> bytes:
    try:
        return _written(load_pem_private_key(content, password), [])
    except TypeError:
        raise BadIdentity(
            "The key has a password, or a password was given for a key that has none."
        ) from None
    except ValueError:
        raise BadIdentity("There is no private key in the PEM text, or its password is wrong.") from None


def _from_pkcs12(content: bytes, password: bytes | None) -> bytes:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, password)
    except ValueError:
        raise BadIdentity("This is neither PEM nor PKCS#12, or the password is wrong.") from None
    if key is None or certificate is None:
        raise BadIdentity("The PKCS#12 file needs a certificate and its private key.")
    return _written(key, [certificate, *others])


def _written(key: object, certificates: list[x509.Certificate]) -> bytes:
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise BadIdentity("The key is neither RSA nor elliptic curve.")
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in certificates)
    return pem + _MARK + key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
