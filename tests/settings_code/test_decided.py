"""Every model and every column is in the file or left out for a reason: what is added later fails here until it is."""

from django.apps import apps
from django.contrib.sites.models import Site
from django.db.models import BinaryField, Field, Model
from modeltranslation.fields import TranslationField

from enrollment.actions.rewrapping import encrypted_columns
from enrollment.admin.cloud_identity_provider import CloudIdentityProviderAdmin
from enrollment.admin.directory_server import DirectoryServerAdmin
from enrollment.settings_file.decided import DECIDED, Column, Decision, Secret, Told
from enrollment.settings_file.file import KEYS
from sites_config.admin.inheritance import INHERITED
from tests.settings_code.commands import export

APPS = ("sites", "sites_config", "enrollment")


def models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def columns(model: type[Model]) -> list[str]:
    """With what is chosen of others; a text in many languages is one."""
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    return [field.name for field in fields if not isinstance(field, TranslationField)]


def decisions() -> list[tuple[str, str, Decision]]:
    return [
        (label, name, each)
        for label, decided in DECIDED.items()
        if not isinstance(decided, str)
        for name, each in decided.items()
    ]


def test_every_model_is_decided() -> None:
    assert set(DECIDED) == {model._meta.label for model in models()}


def test_every_column_is_decided() -> None:
    for model in models():
        decided = DECIDED[model._meta.label]
        if not isinstance(decided, str):
            assert sorted(decided) == sorted(columns(model)), model


def test_what_is_left_out_has_a_reason() -> None:
    reasons = [each for each in DECIDED.values() if isinstance(each, str)]
    reasons += [each for _label, _name, each in decisions() if isinstance(each, str)]

    assert all(len(each) > 5 for each in reasons)


def test_what_stands_in_a_form_of_its_own_stands_in_a_part_that_there_is() -> None:
    parts = {each.where.partition(".")[0] for _label, _name, each in decisions() if isinstance(each, Told)}

    assert parts <= set(KEYS)


def test_what_is_encrypted_is_a_secret_or_not_in_the_file() -> None:
    encrypted = {(model._meta.label, name) for model, name in encrypted_columns()}
    in_clear = {(label, name) for label, name, each in decisions() if isinstance(each, Column | Told)}

    assert {(label, name) for label, name, each in decisions() if isinstance(each, Secret)} <= encrypted
    assert not encrypted & in_clear


def test_whatever_a_site_inherits_can_be_set_in_the_file() -> None:
    decided = DECIDED["sites_config.SiteConfiguration"]
    assert not isinstance(decided, str)

    assert {name for name, each in decided.items() if isinstance(each, Column)} >= set(INHERITED)


def test_bytes_never_stand_under_a_name_of_their_own() -> None:
    for label, name, each in decisions():
        field = apps.get_model(label)._meta.get_field(name)
        assert not (isinstance(each, Column) and isinstance(field, BinaryField)), (label, name)
        assert isinstance(field, Field)


def test_the_administration_forgets_secrets_for_the_same_reasons() -> None:
    assert DirectoryServerAdmin.goes_elsewhere == ("hosts", "tls", "ca_pem")
    assert CloudIdentityProviderAdmin.goes_elsewhere == ("issuer",)


def test_the_parts_stand_in_this_order(district: Site) -> None:
    text = export("northwind.example")
    found = [line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()]

    assert tuple(found) == KEYS
