"""Gatehouse as a service provider of one identity provider, in pysaml2's terms.

Neither metadata nor keys are ever fetched or kept in files by it: both come from the database.
"""

import functools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from djangosaml2.overrides import Saml2Client
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import SPConfig
from saml2.sigver import RSACrypto
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from enrollment.actions.saml_providers import addresses
from enrollment.models import KeyUse, SamlIdentityProvider, SamlKey
from enrollment.pki.keys import key_from_der
from enrollment.signin.saml.xmlsec import XmlSec, xmlsec1
from sites_config.secrets import decrypt

LEEWAY = 60  # seconds that clocks may differ


class NoKey(Exception):
    """The row was made without one."""


class Client(Saml2Client):  # type: ignore[misc]  # no types
    @staticmethod
    def unravel(txt: str, binding: str, msgtype: str = "response") -> str:
        """What is given to it is XML already: pysaml2 would also inflate it, to whatever length."""
        return txt


def client(row: SamlIdentityProvider, consumer_url: str) -> Client:
    """For one request. Raises NoKey, XmlSecMissing."""
    made = Client(_configuration(row.own_entity_id, row.metadata_xml, consumer_url))
    made.sec.crypto = XmlSec(xmlsec1())
    made.sec.sec_backend = RSACrypto(_private_key(_key(row, KeyUse.CURRENT)))
    return made


def decryption_keys(row: SamlIdentityProvider) -> list[RSAPrivateKey]:
    """Every one that something could be encrypted for."""
    return [_private_key(key) for key in row.keys.all()]


@contextmanager
def described(row: SamlIdentityProvider, here: str) -> Iterator[SPConfig]:
    """For our metadata: every address, ``here`` among them, and every certificate that counts now or soon."""
    urls = list(dict.fromkeys([*addresses(row), here]))
    options = _options(row.own_entity_id, [f"{url}{row.path}acs" for url in urls])
    # Or pysaml2 would run it for every reader, and announce all that it knows, MD5 included.
    del options["xmlsec_binary"]
    provider = options["service"]["sp"]
    provider["name_id_format"] = [row.name_id_format]
    provider["endpoints"]["single_logout_service"] = [
        (f"{url}{row.path}logout", BINDING_HTTP_REDIRECT) for url in urls
    ]
    with ExitStack() as stack:
        files = [stack.enter_context(_file(key.certificate_pem)).name for key in _announced(row)]
        options |= {"cert_file": files[0], "additional_cert_files": files[1:]}
        options |= {"encryption_keypairs": [{"cert_file": each} for each in files]}
        yield _loaded(options)


def _announced(row: SamlIdentityProvider) -> list[SamlKey]:
    """The current one, and the one that follows."""
    return [_key(row, KeyUse.CURRENT), *row.keys.filter(use=KeyUse.NEXT)]


def _file(pem: str) -> "tempfile._TemporaryFileWrapper[str]":
    """pysaml2 reads certificates from files only."""
    file = tempfile.NamedTemporaryFile("w", suffix=".pem")  # noqa: SIM115  # closed by the caller's stack
    file.write(pem)
    file.flush()
    return file


@functools.lru_cache(maxsize=64)
def _configuration(entity_id: str, metadata_xml: str, consumer_url: str) -> SPConfig:
    """Reading it takes a tenth of a second; nothing writes to it afterwards."""
    return _loaded(_options(entity_id, [consumer_url]) | {"metadata": {"inline": [metadata_xml]}})


def _options(entity_id: str, consumer_urls: list[str]) -> dict[str, Any]:
    return {
        "entityid": entity_id,
        "xmlsec_binary": xmlsec1(),
        "accepted_time_diff": LEEWAY,
        "allow_unknown_attributes": True,
        "only_use_keys_in_metadata": True,
        "signing_algorithm": SIG_RSA_SHA256,
        "digest_algorithm": DIGEST_SHA256,
        "service": {
            "sp": {
                "endpoints": {
                    "assertion_consumer_service": [(url, BINDING_HTTP_POST) for url in consumer_urls]
                },
                "authn_requests_signed": True,
                "logout_requests_signed": True,
                "logout_responses_signed": True,
                "want_assertions_signed": True,
                "want_response_signed": False,
                "allow_unsolicited": False,
                "name_id_format_allow_create": True,
            }
        },
    }


def _loaded(options: dict[str, Any]) -> SPConfig:
    configuration = SPConfig()
    configuration.load(options)
    return configuration


def _key(row: SamlIdentityProvider, use: KeyUse) -> SamlKey:
    key = row.keys.filter(use=use).first()
    if key is None:
        raise NoKey(f"there is no key in use as {use}")
    return key


def _private_key(row: SamlKey) -> RSAPrivateKey:
    key = key_from_der(decrypt(row.key_encrypted))
    if not isinstance(key, RSAPrivateKey):
        raise NoKey("the key is not RSA")
    return key
