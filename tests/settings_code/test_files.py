"""Pictures and metadata named by the file; and any text at all, there and back."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from hypothesis import given
from hypothesis import strategies as some

from enrollment.models import SamlIdentityProvider
from enrollment.settings_file.columns import anything
from enrollment.settings_file.nodes import Fields
from enrollment.settings_file.reading import read
from enrollment.settings_file.writing import write
from sites_config.logos import drawn
from sites_config.models import SiteLogo
from tests.gallery_pages.saml import metadata
from tests.identity.test_saml_metadata import certificate
from tests.settings_code.commands import apply, document, export, stored

LOGO = Path(settings.BASE_DIR) / "fixtures/demo-logo.png"


def test_a_logo_may_lie_beside_the_file(district: Site, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(LOGO.read_bytes())
    file = stored(tmp_path, document(logos="  light: {file: logo.png}"))

    assert "logos.light: new" in apply(file).text
    assert apply(file).last == "nothing to change"
    assert bytes(SiteLogo.objects.get(site=district).png) == drawn(LOGO.read_bytes()).png


def test_metadata_may_lie_beside_the_file(district: Site, tmp_path: Path) -> None:
    (tmp_path / "idp.xml").write_text(metadata(certificate(), "https://new.example"))
    file = stored(tmp_path, document(saml_identity_providers="  - {name: New, metadata: {file: idp.xml}}"))

    assert apply(file).status == 0

    row = SamlIdentityProvider.objects.get(name="New")
    assert row.entity_id == "https://new.example" and row.metadata_read_at is not None
    assert row.keys.count() == 1 and row.own_entity_id
    assert apply(file).last == "nothing to change"
    assert "metadata: <md:EntityDescriptor" in export("northwind.example")


def test_a_row_never_becomes_another_provider(district: Site, tmp_path: Path) -> None:
    (tmp_path / "idp.xml").write_text(metadata(certificate(), "https://evil.example"))
    rows = "  - name: Northwind Campus\n    {}"

    said = apply(stored(tmp_path, document(saml_identity_providers=rows.format("metadata: {file: idp.xml}"))))
    assert "metadata: It describes no identity provider called https://saml.example." in said.text
    said = apply(
        stored(tmp_path, document(saml_identity_providers=rows.format("entity_id: https://evil.example")))
    )
    assert "entity_id: The row stands for the provider whose metadata was read" in said.text


def test_metadata_that_ends_is_told_when(district: Site, tmp_path: Path) -> None:
    """A file that lay about for long does not bring back what the provider no longer vouches for."""
    (tmp_path / "idp.xml").write_text(metadata(certificate(), "https://new.example"))
    rows = "  - name: New\n    metadata: {file: idp.xml}\n    metadata_valid_until: "
    ends = ("2020-01-01T00:00:00+00:00", "soon", "2999-01-01T00:00:00+00:00", "2999-02-01T00:00:00+00:00")

    said = [apply(stored(tmp_path, document(saml_identity_providers=rows + end))).text for end in ends]

    assert "site.yaml:8: saml_identity_providers[New].metadata: It ended on 2020-01-01" in said[0]
    assert "Write a time such as 2030-01-31T12:00:00+00:00." in said[1]
    assert "metadata_valid_until: (nothing) → 2999-01-01 00:00:00+00:00" in said[2]
    assert "metadata_valid_until: 2999-01-01 00:00:00+00:00 → 2999-02-01 00:00:00+00:00" in said[3]
    rows = "  - {name: New, metadata_valid_until: 2999-01-01T00:00:00+00:00}"
    assert "belongs to metadata" in apply(stored(tmp_path, document(saml_identity_providers=rows))).text


TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
SCALARS = some.none() | some.booleans() | some.integers(-(10**17), 10**17) | TEXTS
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(some.dictionaries(TEXTS, VALUES, max_size=4))
def test_whatever_is_written_is_read_again(values: dict[str, Any]) -> None:
    about = {"name": "A\nB", "identifier": "a"}

    (node,) = read(write([{"site": about, "rest": values}]), "file")

    assert isinstance(node, Fields)
    assert anything(node) == {"site": about, "rest": values}


@given(some.binary(max_size=200) | TEXTS.map(str.encode))
def test_whatever_is_sent_is_read_or_refused(content: bytes) -> None:
    try:
        read(content, "file")
    except Exception as error:
        assert type(error).__name__ == "BadFile", content
