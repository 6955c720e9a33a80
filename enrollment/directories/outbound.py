"""Where this server may connect to for a site: its administrator must not look around in the operator's network."""

import ipaddress
import socket

from django.conf import settings


class Forbidden(Exception):
    """The text says what the operator has to allow."""


def check_address(host: str, port: int, *, usual_ports: frozenset[int]) -> None:
    """Every address of the host must be a public one at a usual port, or in a network that the operator allows.

    Raises Forbidden; OSError for a name that can't be resolved.
    """
    for family, _type, _protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if family in (socket.AF_INET, socket.AF_INET6):
            _check(ipaddress.ip_address(str(address[0]).partition("%")[0]), host, port, usual_ports)


def _check(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, host: str, port: int, usual_ports: frozenset[int]
) -> None:
    if any(address in network for network in settings.PRIVATE_NETWORKS):
        return
    if not address.is_global:
        raise Forbidden(
            f"{host} is {address}, in a private network: the operator allows it by GATEHOUSE_PRIVATE_NETWORKS"
        )
    if port not in usual_ports:
        raise Forbidden(f"port {port} is not a usual one: {', '.join(map(str, sorted(usual_ports)))}")
