"""Logos: what is taken, what is made of it, and which one a site shows."""

import base64
import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from sites_config.changes import remember
from sites_config.site_settings import SiteSettings

LARGEST_FILE = 1024 * 1024  # bytes
MOST_PIXELS = 4_000_000
# Three times what the page shows, for the finest screens.
SHOWN_HEIGHT, SHOWN_WIDTH, FINENESS = 36, 160, 3  # CSS pixels


class BadLogo(Exception):
    """The text says what is wrong with the file."""


@dataclass(frozen=True)
class Drawn:
    """``png``: the bytes; ``width`` and ``height`` in its own pixels."""

    png: bytes
    width: int
    height: int

    @property
    def columns(self) -> dict[str, object]:
        """As a SiteLogo keeps it."""
        sha256 = hashlib.sha256(self.png).hexdigest()
        return {"png": self.png, "sha256": sha256, "width": self.width, "height": self.height}


@dataclass(frozen=True)
class ShownLogo:
    """Paths of the two appearances, which may be the same; ``width`` and ``height`` in CSS pixels."""

    light: str
    dark: str
    width: int
    height: int


def drawn(file: bytes) -> Drawn:
    """A small PNG of a PNG or JPEG, without anything else that was in the file. Raises BadLogo."""
    if len(file) > LARGEST_FILE:
        raise BadLogo("The file is larger than 1 MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Pillow only warns of is no logo
            return _redrawn(_opened(file))
    except BadLogo:
        raise
    except Image.DecompressionBombError:
        raise BadLogo("It has more than four million pixels.") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning):
        raise BadLogo("This is no PNG or JPEG that can be read.") from None


def logo_of(site: SiteSettings) -> ShownLogo | None:
    """Of the nearest site that has one; None for the built-in drawing."""
    if not site.lineage:
        return None
    return remember(("logo", site.site_id), lambda: _read(site))


def _opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file), formats=("PNG", "JPEG"))  # reads the header only
    if image.width * image.height > MOST_PIXELS:
        raise BadLogo(f"It has {image.width} × {image.height} pixels; four million are the most.")
    return image


def _redrawn(image: Image.Image) -> Drawn:
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail((SHOWN_WIDTH * FINENESS, SHOWN_HEIGHT * FINENESS), Image.Resampling.LANCZOS)
    clean = Image.new("RGBA", upright.size)
    clean.paste(upright)  # the pixels and nothing else: no comment, place or color profile
    written = io.BytesIO()
    clean.save(written, "PNG", optimize=True)
    return Drawn(written.getvalue(), *clean.size)


def _read(site: SiteSettings) -> ShownLogo | None:
    from sites_config.models import SiteLogo

    rows = SiteLogo.objects.filter(site__in=site.lineage).defer("png")
    of_sites: dict[int, dict[str, SiteLogo]] = {}
    for row in rows:
        of_sites.setdefault(row.site_id, {})[row.appearance] = row
    own = next((of_sites[site_id] for site_id in site.lineage if site_id in of_sites), None)
    if own is None:
        return None
    light, dark = own.get("light") or own["dark"], own.get("dark") or own["light"]
    return ShownLogo(path_of(light.sha256), path_of(dark.sha256), *_size(light.width, light.height))


def path_of(sha256: str) -> str:
    """Where the picture is served; the address changes with it."""
    return f"/logo/{sha256}.png"


def inline_logo(sha256: str) -> str:
    """A data: URL of the picture, for pages of the administration; "data:," when it is gone."""
    from sites_config.models import SiteLogo

    png = SiteLogo.objects.filter(sha256=sha256).values_list("png", flat=True).first()
    return f"data:image/png;base64,{base64.b64encode(bytes(png)).decode()}" if png else "data:,"


def _size(width: int, height: int) -> tuple[int, int]:
    scale = min(SHOWN_HEIGHT / height, SHOWN_WIDTH / width)
    return max(1, round(width * scale)), max(1, round(height * scale))
