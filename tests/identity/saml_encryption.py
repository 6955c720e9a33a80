"""What anybody can encrypt for us: our certificate stands in our metadata."""

import base64
import os

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

from enrollment.models import SamlKey

XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
ELEMENT = f' Type="{XENC}Element"'
CBC_128, GCM_128, TRIPLE_DES = f"{XENC}aes128-cbc", f"{XENC11}aes128-gcm", f"{XENC}tripledes-cbc"
OAEP_MGF1P, OAEP, VERSION_1_5 = f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep", f"{XENC}rsa-1_5"
DETAILS = {
    OAEP_MGF1P: "",
    OAEP: f'<ds:DigestMethod Algorithm="{XENC}sha256"/>'
    f'<x:MGF xmlns:x="{XENC11}" Algorithm="{XENC11}mgf1sha256"/>',
}
PADDINGS = {
    OAEP_MGF1P: padding.OAEP(padding.MGF1(SHA1()), SHA1(), None),
    OAEP: padding.OAEP(padding.MGF1(SHA256()), SHA256(), None),
}


def encrypted_data(
    key: SamlKey,
    content: str,
    *,
    kind: str = ELEMENT,
    ciphertext: str = "",
    cipher: str = CBC_128,
    wrap: str = OAEP_MGF1P,
) -> str:
    """``ciphertext``: XML in place of the CipherValue."""
    session = os.urandom(16)
    public = load_pem_x509_certificate(key.certificate_pem.encode()).public_key()
    assert isinstance(public, RSAPublicKey)
    wrapped = base64.b64encode(public.encrypt(session, PADDINGS[wrap])).decode()
    value = ciphertext or f"<xenc:CipherValue>{_encrypted(session, cipher, content)}</xenc:CipherValue>"
    return (
        f'<xenc:EncryptedData xmlns:xenc="{XENC}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"{kind}>'
        f'<xenc:EncryptionMethod Algorithm="{cipher}"/><ds:KeyInfo><xenc:EncryptedKey>'
        f'<xenc:EncryptionMethod Algorithm="{wrap}">{DETAILS[wrap]}</xenc:EncryptionMethod>'
        f"<xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue></xenc:CipherData>"
        f"</xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData>{value}</xenc:CipherData></xenc:EncryptedData>"
    )


def _encrypted(session: bytes, cipher: str, content: str) -> str:
    vector, plain = os.urandom(16), content.encode("utf-8", "surrogateescape")
    if cipher == GCM_128:
        return base64.b64encode(vector[:12] + AESGCM(session).encrypt(vector[:12], plain, None)).decode()
    missing = 16 - len(plain) % 16
    encryptor = Cipher(AES(session), CBC(vector)).encryptor()
    encrypted = vector + encryptor.update(plain + bytes(missing - 1) + bytes([missing]))
    return base64.b64encode(encrypted).decode()
