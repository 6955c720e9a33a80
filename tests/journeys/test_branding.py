"""A site's logo, color and links on its pages."""

import io
import re
import struct
import zlib

import pytest
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from sites_config.colors import READABLE, VISIBLE, accent, accent_color, contrast
from sites_config.logos import SHOWN_HEIGHT, BadLogo, drawn
from sites_config.models import SiteConfiguration, SiteLogo
from tests import people
from tests.admin.world import logged_in
from tests.visitor import Visitor


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 150), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0b5fd0").save(out, kind, **more)
    return out.getvalue()


def put(client: Client, site: Site, file: bytes, appearance: str = "light") -> object:
    sent = {"site": site.pk, "appearance": appearance, "file": SimpleUploadedFile("logo.png", file)}
    return client.post(reverse("admin:sites_config_sitelogo_add"), sent)


@pytest.fixture
def as_root(alpha: Site) -> Client:
    return logged_in(people.staff("root", "Root", is_staff=True, is_superuser=True), alpha)


@pytest.mark.django_db
def test_the_logo_stands_on_every_page_and_on_those_of_the_children(as_root: Client, alpha: Site) -> None:
    child = people.new_site("Alpha Junior", parent=alpha)
    assert 'src="/logo' not in Visitor().get("/enroll/").content.decode()

    put(as_root, alpha, picture())

    page = Visitor().get("/enroll/").content.decode()
    found = re.search(r'<img src="(/logo/[0-9a-f]{64}\.png)" width="72" height="36" alt="">', page)
    assert found and "<source" not in page
    answer = Visitor().get(found[1])
    assert answer.headers["Content-Type"] == "image/png" and "immutable" in answer.headers["Cache-Control"]
    assert Image.open(io.BytesIO(answer.content)).size == (216, 108)
    for path in (f"/i/{people.invite(child)[1]}", "/nothing/here", "/i/unknown"):
        assert found[1] in Visitor().get(path).content.decode()


@pytest.mark.django_db
def test_a_second_logo_is_for_the_dark_appearance(as_root: Client, alpha: Site) -> None:
    put(as_root, alpha, picture())
    put(as_root, alpha, picture(size=(100, 100)), "dark")
    put(as_root, alpha, picture(size=(120, 100)), "dark")

    assert SiteLogo.objects.count() == 2
    dark = SiteLogo.objects.get(appearance="dark")
    page = Visitor().get("/enroll/").content.decode()
    assert f'<source srcset="/logo/{dark.sha256}.png" media="(prefers-color-scheme:dark)">' in page


@pytest.mark.django_db
def test_a_logo_is_not_served_at_another_institutions_address(
    as_root: Client, alpha: Site, beta: Site
) -> None:
    put(as_root, alpha, picture())
    path = f"/logo/{SiteLogo.objects.get().sha256}.png"
    assert Visitor("beta.test").get(path).status_code == 404
    assert Visitor().get("/logo/../secret.png").status_code == 404


def _bomb() -> bytes:
    """A few bytes that say they are 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000)))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "no PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no PNG or JPEG"),
        (picture("GIF"), "no PNG or JPEG"),
        (picture()[:200], "no PNG or JPEG"),
        (picture() + bytes(1024 * 1024), "larger than 1 MB"),
        (picture(size=(2001, 2000)), "four million"),
        (_bomb(), "four million pixels"),
    ],
)
def test_what_is_no_logo_is_refused_before_it_is_decoded(file: bytes, said: str) -> None:
    with pytest.raises(BadLogo, match=said):
        drawn(file)


def test_nothing_of_the_uploaded_file_but_its_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "taken at home <script>", 6  # description; turned by a quarter
    made = drawn(picture("JPEG", exif=exif, comment=b"<?php secret"))

    assert b"secret" not in made.png and b"script" not in made.png
    assert set(re.findall(rb"IHDR|IDAT|IEND|tEXt|iCCP|eXIf|zTXt|iTXt", made.png)) == {
        b"IHDR",
        b"IDAT",
        b"IEND",
    }
    assert made.height == SHOWN_HEIGHT * 3 and made.width == 54, "upright"


@pytest.mark.django_db
def test_a_refused_logo_says_why(as_root: Client, alpha: Site) -> None:
    answer = put(as_root, alpha, b"no picture")
    assert "no PNG or JPEG" in answer.content.decode()  # type: ignore[attr-defined]
    assert not SiteLogo.objects.exists()


@pytest.mark.parametrize(
    "value",
    ["red", "#FFF", "#0B5FD0", "#0b5fd", "0b5fd0", "#0b5fd0;}", "#0b5fd0\n", "#ffffff", "#ffff00", "#7db7ff"],
)
def test_a_color_that_cannot_be_read_or_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        accent_color(value)
    if re.fullmatch("#[0-9a-f]{6}", value):
        suggested = re.search("#[0-9a-f]{6}", refused.value.messages[0])
        assert suggested is not None
        accent_color(suggested[0])


@pytest.mark.parametrize(
    "value", ["#0b5fd0", "#000000", "#b3261e", "#1b5e20", "#4a148c", "#5d4037", "#b00020"]
)
def test_every_shade_of_an_accepted_color_can_be_read(value: str) -> None:
    accent_color(value)
    shades = accent(value)
    for background in ("#ffffff", "#f2f2f7", "#e3e3e8"):
        assert contrast(shades.light, background) >= READABLE
    for background in ("#000000", "#1c1c1e", "#333336"):
        assert contrast(shades.dark_link, background) >= READABLE
    assert contrast(shades.dark_button, "#ffffff") >= READABLE
    assert contrast(shades.dark_button, "#1c1c1e") >= VISIBLE


@pytest.mark.django_db
def test_the_color_is_allowed_by_its_hash_alone(alpha: Site) -> None:
    plain = Visitor().get("/enroll/").headers["Content-Security-Policy"]
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.accent_color = "#8a1c7c"
    configuration.save()

    answer = Visitor().get("/enroll/")

    assert "<style>:root{--act:#8a1c7c;--btn:#8a1c7c}" in answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy != plain and policy.count("sha256-") == plain.count("sha256-") + 1
    assert "unsafe" not in policy
    SiteConfiguration.objects.filter(site=alpha).update(accent_color="red;}")  # past every check
    from sites_config.changes import raise_version

    raise_version()
    assert "red;" not in Visitor().get("/enroll/").content.decode()


@pytest.mark.django_db
def test_help_and_privacy_stand_on_every_page_and_error(alpha: Site) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.support_url = "https://help.alpha.example/?a=1&b=2"
    configuration.privacy_url = "https://alpha.example/privacy"
    configuration.full_clean()
    configuration.save()

    for path in ("/enroll/", "/i/unknown", "/nothing/here", f"/i/{people.invite(alpha)[1]}"):
        page = Visitor().get(path).content.decode()
        assert '<a href="https://help.alpha.example/?a=1&amp;b=2" rel="noopener">Help page</a>' in page
        assert '<a href="https://alpha.example/privacy" rel="noopener">Privacy</a>' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["http://alpha.example/", "javascript:alert(1)", "//alpha.example", "alpha"]
)
def test_a_link_that_is_not_https_is_refused(alpha: Site, address: str) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.privacy_url = address
    with pytest.raises(ValidationError):
        configuration.full_clean()
