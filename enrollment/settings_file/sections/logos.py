"""logos: the pictures themselves, so that one file is enough; or the name of a file beside this one."""

import base64
import binascii
import hashlib
import textwrap
from typing import Any

from django.contrib.sites.models import Site

from enrollment.settings_file.nodes import Node, Wrong, text_of
from enrollment.settings_file.references import References, named_file
from enrollment.settings_file.run import ADDITION, CHANGE, Change, Run
from sites_config.logos import LARGEST_FILE, BadLogo, drawn
from sites_config.models import Appearance, SiteLogo

FORMS = ("png", "file")


def exported(site: Site, references: References) -> dict[str, Any]:
    rows = SiteLogo.objects.filter(site=site).order_by("-appearance")  # light, dark
    return {row.appearance: {"png": _in_lines(bytes(row.png))} for row in rows}


def apply(run: Run, node: Node) -> None:
    wanted = run.fields(node, "logos", Appearance.values)
    for appearance, each in wanted.items():
        with run.within(f"logos.{appearance}"):
            _have(run, appearance, each)
    rows = SiteLogo.objects.filter(site=run.site).exclude(appearance__in=wanted).order_by("-appearance")
    for row in rows.defer("png"):
        run.drop(row, f"logos.{row.appearance}")


def _have(run: Run, appearance: str, node: Node) -> None:
    picture = _picture(run, node, f"logos.{appearance}")
    row = SiteLogo.objects.filter(site=run.site, appearance=appearance).first()
    columns = _columns(node, picture)
    if row is not None and row.sha256 == columns["sha256"]:
        return
    made, new = SiteLogo.objects.update_or_create(site=run.site, appearance=appearance, defaults=columns)
    run.touch(made, ADDITION if new else CHANGE, "png")
    run.changes.append(Change(f"logos.{appearance}", "", "new") if new else Change(f"logos.{appearance}"))


def _picture(run: Run, node: Node, key: str) -> bytes:
    found = run.fields(node, key, FORMS)
    if len(found) != 1:
        raise Wrong(node, "Either png, with the picture in base64, or file, with its name.")
    form, value = next(iter(found.items()))
    if form == "file":
        return named_file(value, run.folder, LARGEST_FILE)
    try:
        return base64.b64decode("".join(text_of(value).split()), validate=True)
    except (binascii.Error, ValueError):
        raise Wrong(value, "This is no base64.", form) from None


def _columns(node: Node, picture: bytes) -> dict[str, object]:
    """A picture that was made here, whichever site shows it, stays the same to the byte."""
    known = SiteLogo.objects.filter(sha256=hashlib.sha256(picture).hexdigest()).values().first()
    if known is not None:
        return {name: known[name] for name in ("png", "sha256", "width", "height")}
    try:
        return drawn(picture).columns
    except BadLogo as reason:
        raise Wrong(node, str(reason)) from None


def _in_lines(picture: bytes) -> str:
    return "\n".join(textwrap.wrap(base64.b64encode(picture).decode(), 76)) + "\n"
