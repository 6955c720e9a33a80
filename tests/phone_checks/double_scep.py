"""A double of a SCEP authority: openssl opens what came, asn1crypto and cryptography write the reply."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from asn1crypto import cms, core, csr, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7EnvelopeBuilder,
    PKCS7Options,
    serialize_certificates,
)

from tests.phone_checks.authority import ROOT, Pair, certify
from tests.phone_checks.double import Asked, Reply
from tests.phone_checks.openssl import decrypt, verify_self_signed

CAPABILITIES = b"POSTPKIOperation\nSHA-256\nSHA-512\nSHA-1\nAES\nDES3\nSCEPStandard"
VERISIGN = "2.16.840.1.113733.1.9."


@dataclass
class DoubleAuthority:
    """Spoil it to see what the phone takes. `replaced`: values of signed attributes by the last arc of their
    OID; `content_type` is the signed attribute, `envelope_content` stands in the place of the certs-only
    message, `signer` signs the reply, `ca` is what GetCACert answers."""

    capabilities: bytes = CAPABILITIES
    ca: Pair = ROOT
    ca_media_type: str = "application/x-x509-ca-cert"
    signer: Pair = ROOT
    issued_for: rsa.RSAPublicKey | None = None
    fail_info: str = ""
    replaced: dict[int, core.Asn1Value] = field(default_factory=dict)
    messages: list[bytes] = field(default_factory=list)
    requests: list[csr.CertificationRequest] = field(default_factory=list)
    content_type: str = "data"
    envelope_content: bytes | None = None

    def serve(self, asked: Asked) -> Reply:
        operation = asked.query["operation"]
        if operation == "GetCACaps":
            return Reply(self.capabilities, "text/plain")
        if operation == "GetCACert":
            return Reply(self.ca.der, self.ca_media_type)
        message = asked.body or _from_query(asked.query["message"])
        self.messages.append(message)
        return Reply(self.reply_to(message), "application/x-pki-message")

    def reply_to(self, message: bytes) -> bytes:
        envelope = verify_self_signed(message)
        request = csr.CertificationRequest.load(decrypt(envelope, self.ca))
        self.requests.append(request)
        signed = cms.ContentInfo.load(message)["content"]
        temporary = certificates.load_der_x509_certificate(signed["certificates"][0].chosen.dump())
        refused = bool(self.fail_info) and self.envelope_content is None
        content = b"" if refused else self._envelope(request, temporary)
        return self._sign(content, self._attributes(signed["signer_infos"][0]["signed_attrs"]))

    def _envelope(self, request: csr.CertificationRequest, recipient: certificates.Certificate) -> bytes:
        content = self.envelope_content or self._certs_only(request)
        builder = PKCS7EnvelopeBuilder().set_data(content)
        return builder.add_recipient(recipient).encrypt(Encoding.DER, [PKCS7Options.Binary])

    def _certs_only(self, request: csr.CertificationRequest) -> bytes:
        info = request["certification_request_info"]
        key = self.issued_for or load_der_public_key(info["subject_pk_info"].dump())
        assert isinstance(key, rsa.RSAPublicKey)
        return serialize_certificates([certify(key, "device", ROOT, ROOT.key, ca=False)], Encoding.DER)

    def _attributes(self, asked: cms.CMSAttributes) -> dict[str, core.Asn1Value]:
        theirs = {a["type"].dotted: a["values"] for a in asked}
        attributes = {
            2: core.PrintableString("3"),
            3: core.PrintableString("2" if self.fail_info else "0"),
            5: core.OctetString(b"n" * 16),
            6: core.OctetString(_first(theirs, 5)),
            7: core.PrintableString(_first(theirs, 7)),
        }
        if self.fail_info:
            attributes[4] = core.PrintableString(self.fail_info)
        return {f"{VERISIGN}{arc}": value for arc, value in (attributes | self.replaced).items()}

    def _sign(self, content: bytes, attributes: dict[str, core.Asn1Value]) -> bytes:
        digest = hashes.Hash(hashes.SHA256())
        digest.update(content)
        attributes["1.2.840.113549.1.9.3"] = cms.ContentType(self.content_type)
        attributes["1.2.840.113549.1.9.4"] = core.OctetString(digest.finalize())
        signed = cms.CMSAttributes([_attribute(oid, value) for oid, value in attributes.items()])
        certificate = x509.Certificate.load(self.signer.der)
        info = {
            "version": "v1",
            "sid": {"issuer_and_serial_number": _issuer_and_serial(certificate)},
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": signed,
            "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
            "signature": self.signer.key.sign(signed.dump(), padding.PKCS1v15(), hashes.SHA256()),
        }
        data = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"} | ({"content": content} if content else {}),
            "certificates": [certificate],
            "signer_infos": [info],
        }
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)}).dump())


def _from_query(value: str) -> bytes:
    value = value.replace(" ", "+").replace("-", "+").replace("_", "/")
    return base64.b64decode(value + "=" * (-len(value) % 4))


def _first(attributes: dict[str, cms.SetOfAny], arc: int) -> bytes | str:
    value = attributes[f"{VERISIGN}{arc}"][0].native
    assert isinstance(value, (bytes, str))
    return value


def _attribute(oid: str, value: core.Asn1Value) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": oid, "values": [value]})


def _issuer_and_serial(certificate: x509.Certificate) -> dict[str, object]:
    return {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
