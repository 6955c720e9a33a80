"""Values -> YAML for people: texts of several lines as they read, references on one line, the same bytes every time."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

REFERENCES = ({"env"}, {"file"}, {"keep"})
HEADER = """\
# Settings of {names}.
# Written by: manage.py export_site {identifiers}
#
# What would change:   manage.py apply_site FILE --diff
# Change it:           manage.py apply_site FILE
#
# What is not in the file stays as it is; with --prune it goes. A value of null goes back to what is inherited or usual.
# Secrets are not in the file. Set the environment variables that it names, or write {{file: PATH}} or {{keep: true}}.
# Nor are private keys and what hangs on them: authorities, signing identities, push certificates and our keys towards
# SAML providers are made or imported at each installation. Nor are people, invitations and devices.

"""
# Line ends that YAML would not give back in a block, and what may not stand in a file as it is.
_ODD = re.compile("[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def write(documents: Iterable[Mapping[str, Any]]) -> bytes:
    """``documents``: what ``exported`` gives of each site."""
    found = list(documents)
    sites = [document["site"] for document in found]
    header = HEADER.format(
        names=", ".join(_one_line(site["name"]) for site in sites),
        identifiers=" ".join(_one_line(site["identifier"]) for site in sites),
    )
    return (header + "---\n".join(map(_dumped, found))).encode()


def _dumped(document: Mapping[str, Any]) -> str:
    written: str = yaml.dump(
        document,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=1_000_000,
        default_flow_style=False,
    )
    return written


def _one_line(text: str) -> str:
    return _ODD.sub("?", text.replace("\n", " "))


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand below their key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = '"' if _ODD.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _fields(dumper: _Dumper, values: dict[str, Any]) -> yaml.MappingNode:
    flow = set(values) in REFERENCES
    return dumper.represent_mapping("tag:yaml.org,2002:map", values.items(), flow_style=flow)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _fields)
