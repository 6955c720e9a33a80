"""The ciphers of SCEP envelopes: CBC with PKCS#7 padding, key wrapped with RSAES-PKCS1-v1_5 (RFC 5652)."""

import secrets
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.padding import PKCS7

from .errors import flattened


@dataclass(frozen=True)
class _Kind:
    algorithm: type[AES] | type[TripleDES]
    key_size: int  # bytes
    block_size: int  # bytes
    repeat_key: int = 1  # DES is Triple DES with the same key three times

    def cipher(self, key: bytes, iv: bytes) -> Cipher[modes.CBC]:
        return Cipher(self.algorithm(key * self.repeat_key), modes.CBC(iv))

    def padding(self) -> PKCS7:
        return PKCS7(self.block_size * 8)


_KINDS = {
    "aes128": _Kind(AES, key_size=16, block_size=16),
    "aes256": _Kind(AES, key_size=32, block_size=16),
    "3des": _Kind(TripleDES, key_size=24, block_size=8),
    "des": _Kind(TripleDES, key_size=8, block_size=8, repeat_key=3),
}


def new_key(cipher: str) -> bytes:
    return secrets.token_bytes(_KINDS[cipher].key_size)


def encrypt(content: bytes, *, cipher: str, key: bytes) -> tuple[bytes, bytes]:
    """The initialisation vector, fresh, and the encrypted content."""
    kind = _KINDS[cipher]
    iv = secrets.token_bytes(kind.block_size)
    padder = kind.padding().padder()
    padded = padder.update(content) + padder.finalize()
    return iv, _run(kind.cipher(key, iv).encryptor(), padded)


def decrypt(encrypted: bytes, *, cipher: str, key: bytes, iv: bytes) -> bytes:
    kind = _KINDS[cipher]
    with flattened("decryption"):
        unpadder = kind.padding().unpadder()
        return unpadder.update(_run(kind.cipher(key, iv).decryptor(), encrypted)) + unpadder.finalize()


def _run(context: CipherContext, data: bytes) -> bytes:
    return context.update(data) + context.finalize()


def unwrap_key(encrypted_key: bytes, *, cipher: str, private_key: RSAPrivateKey) -> bytes:
    """The content key, or a random one where there is none, so that nobody learns if the padding was right.

    Bleichenbacher's attack lives on that one bit (RFC 3218). With a random key the decryption fails later, as
    it does for any other broken envelope.
    """
    random_key = new_key(cipher)
    try:
        key = private_key.decrypt(encrypted_key, padding.PKCS1v15())
    except ValueError:
        return random_key
    return key if len(key) == len(random_key) else random_key
