"""How the phone obeys MDM commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.phone.errors import PhoneError
from tests.phone.hardware import Hardware
from tests.phone.profile import Profile
from tests.phone.settings import Settings

Message = dict[str, Any]
DOMAIN = "MCMDMErrorDomain"
INVALID_REQUEST_TYPE, NOT_MANAGED = 12021, 12013
LISTED = ("PayloadIdentifier", "PayloadUUID", "PayloadVersion", "PayloadDisplayName", "PayloadDescription")


class CommandError(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Orders:
    """`identity`: DER of the device's own certificate; `managed`: identifiers of profiles the server
    installed."""

    hardware: Hardware
    settings: Settings
    rights: int
    identity: bytes
    managed: set[str]

    def obey(self, command: Message) -> Message:
        """The report for a Command: Status and what belongs to it."""
        request = str(command["RequestType"])
        try:
            if request not in COMMANDS:
                raise CommandError(INVALID_REQUEST_TYPE, f"“{request}” is not a valid request type.")
            return {"Status": "Acknowledged"} | COMMANDS[request](self, command)
        except CommandError as error:
            return {"Status": "Error", "ErrorChain": [_link(error.code, DOMAIN, str(error))]}
        except KeyError:
            return {"Status": "CommandFormatError"}


def _link(code: int, domain: str, text: str) -> Message:
    item: Message = {"ErrorCode": code, "ErrorDomain": domain}
    return item | {"LocalizedDescription": text, "USEnglishDescription": text}


def _device_information(orders: Orders, command: Message) -> Message:
    return {"QueryResponses": orders.hardware.query(command["Queries"], orders.rights)}


def _security_info(orders: Orders, command: Message) -> Message:
    return {"SecurityInfo": orders.hardware.security}


def _profile_list(orders: Orders, command: Message) -> Message:
    installed = orders.settings.installed.values()
    return {"ProfileList": [_listed(profile, profile.identifier in orders.managed) for profile in installed]}


def _listed(profile: Profile, managed: bool) -> Message:
    def shown(payload: Message, *more: str) -> Message:
        return {key: payload[key] for key in (*LISTED, *more) if key in payload}

    listed = shown(profile.content, "PayloadOrganization")
    listed["PayloadContent"] = [shown(payload, "PayloadType") for payload in profile.payloads]
    listed["SignerCertificates"] = [profile.signer]
    flags = {"HasRemovalPasscode": False, "IsEncrypted": False, "PayloadRemovalDisallowed": False}
    return listed | flags | {"IsManaged": managed}


def _certificate_list(orders: Orders, command: Message) -> Message:
    others = [(certificate, False) for certificate in orders.settings.certificates]
    return {"CertificateList": [_certificate(*one) for one in [(orders.identity, True), *others]]}


def _certificate(data: bytes, is_identity: bool) -> Message:
    names = x509.load_der_x509_certificate(data).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return {"CommonName": str(names[0].value) if names else "", "Data": data, "IsIdentity": is_identity}


def _installed_applications(orders: Orders, command: Message) -> Message:
    return {"InstalledApplicationList": []}


def _install_profile(orders: Orders, command: Message) -> Message:
    try:
        profile = orders.settings.read(command["Payload"])
    except PhoneError as error:
        raise CommandError(4001, error.cause) from error  # MCInstallationErrorDomain in iOS; the text tells
    orders.settings.finish(profile)
    orders.managed.add(profile.identifier)
    return {}


def _remove_profile(orders: Orders, command: Message) -> Message:
    identifier = command["Identifier"]
    installed = orders.settings.installed.get(identifier)
    if installed is None or (identifier not in orders.managed and installed.mdm is None):
        raise CommandError(NOT_MANAGED, f"The profile “{identifier}” is not managed by MDM.")
    orders.settings.remove(identifier)
    orders.managed.discard(identifier)
    return {}


def _device_lock(orders: Orders, command: Message) -> Message:
    return {"MessageResult": "Success"}


COMMANDS: dict[str, Callable[[Orders, Message], Message]] = {
    "DeviceInformation": _device_information,
    "SecurityInfo": _security_info,
    "ProfileList": _profile_list,
    "CertificateList": _certificate_list,
    "InstalledApplicationList": _installed_applications,
    "InstallProfile": _install_profile,
    "RemoveProfile": _remove_profile,
    "DeviceLock": _device_lock,
}
