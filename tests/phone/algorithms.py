"""The digests and ciphers of CMS and SCEP, by the names the phone uses for them."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7


@dataclass(frozen=True)
class Digest:
    oid: str
    hash: hashes.HashAlgorithm
    with_rsa: str

    def of(self, data: bytes) -> bytes:
        context = hashes.Hash(self.hash)
        context.update(data)
        return context.finalize()


DIGESTS = {
    "sha1": Digest("1.3.14.3.2.26", hashes.SHA1(), "1.2.840.113549.1.1.5"),
    "sha224": Digest("2.16.840.1.101.3.4.2.4", hashes.SHA224(), "1.2.840.113549.1.1.14"),
    "sha256": Digest("2.16.840.1.101.3.4.2.1", hashes.SHA256(), "1.2.840.113549.1.1.11"),
    "sha384": Digest("2.16.840.1.101.3.4.2.2", hashes.SHA384(), "1.2.840.113549.1.1.12"),
    "sha512": Digest("2.16.840.1.101.3.4.2.3", hashes.SHA512(), "1.2.840.113549.1.1.13"),
}
MD5 = Digest("1.2.840.113549.2.5", hashes.MD5(), "1.2.840.113549.1.1.4")
FINGERPRINTS = {digest.hash.digest_size: digest for digest in (MD5, *DIGESTS.values())}  # by length, octets
RSA_ENCRYPTION = "1.2.840.113549.1.1.1"


def digest_by_oid(oid: str) -> Digest | None:
    return next((digest for digest in DIGESTS.values() if digest.oid == oid), None)


@dataclass(frozen=True)
class BlockCipher:
    """A cipher in CBC mode with PKCS #7 padding. `key_size` and `block_size` in octets."""

    oid: str
    key_size: int
    block_size: int

    def _algorithm(self, key: bytes) -> CipherAlgorithm:
        if self.block_size == 16:
            return AES(key)
        return TripleDES(key * 3 if len(key) == 8 else key)  # single DES is triple DES with one key thrice

    def encrypt(self, content: bytes, key: bytes, iv: bytes) -> bytes:
        padder = PKCS7(self.block_size * 8).padder()
        encryptor = Cipher(self._algorithm(key), CBC(iv)).encryptor()
        padded = padder.update(content) + padder.finalize()
        return encryptor.update(padded) + encryptor.finalize()

    def decrypt(self, content: bytes, key: bytes, iv: bytes) -> bytes:
        unpadder = PKCS7(self.block_size * 8).unpadder()
        decryptor = Cipher(self._algorithm(key), CBC(iv)).decryptor()
        padded = decryptor.update(content) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()


CIPHERS = {
    "des": BlockCipher("1.3.14.3.2.7", 8, 8),
    "3des": BlockCipher("1.2.840.113549.3.7", 24, 8),
    "aes128": BlockCipher("2.16.840.1.101.3.4.1.2", 16, 16),
    "aes256": BlockCipher("2.16.840.1.101.3.4.1.42", 32, 16),
}
