"""A superuser opens every list, every form and every row of two sites in full swing; none of it shows a secret."""

import base64
from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from enrollment.models import Device, Enrollment, Event, EventKind, Invitation, Person
from sites_config.models import SiteLogo, User
from sites_config.references import spoken
from tests.admin.world import World, binary_columns, registered


def page(model: type[Model], what: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def every_page() -> Iterator[str]:
    yield reverse("admin:index")
    yield reverse("admin:app_list", args=["enrollment"])
    yield reverse("admin:help")
    yield reverse("admin:help") + "?q=Invitation"
    for kind, told in (
        ("enrollment", Enrollment),
        ("device", Device),
        ("person", Person),
        ("invitation", Invitation),
    ):
        for pk in told._default_manager.values_list("pk", flat=True):
            yield reverse("admin:help_story", args=[kind, pk])
    for pk in Site.objects.exclude(configuration=None).values_list("pk", flat=True):
        yield reverse("admin:sites_site_dashboard", args=[pk])
    for model in registered():
        yield page(model, "changelist")
        yield page(model, "changelist") + "?q=Aardvark"
        for pk in model._default_manager.values_list("pk", flat=True):
            yield page(model, "change", pk)
            yield page(model, "history", pk)


def test_every_list_and_row_opens(as_root: Client, alphas: World, betas: World) -> None:
    for url in every_page():
        assert as_root.get(url).status_code == 200, url


def test_the_index_leads_to_every_list(as_root: Client) -> None:
    index = as_root.get(reverse("admin:index")).content.decode()

    lists = {page(model, "changelist") for model in registered()}
    assert {url for url in lists if f'href="{url}"' not in index} == set()


def test_the_forms_for_adding_open(as_root: Client, alphas: World) -> None:
    answers = {model._meta.object_name: as_root.get(page(model, "add")).status_code for model in registered()}

    open_forms = {name for name, status in answers.items() if status == 200}
    assert open_forms == {
        "Site", "SiteAddress", "SitePrivilege", "User", "SiteLogo", "Invitation", "Agreement", "CaCertificate",
        "Person", "SigningIdentity", "PushCertificate", "DirectoryServer", "CloudIdentityProvider",
        "SamlIdentityProvider", "AccessGroup", "AccessCode", "SiteNotice", "Webhook", "ListedDevice",
    }  # fmt: skip
    assert set(answers.values()) == {200, 403}


def test_no_page_shows_a_secret(as_root: Client, alphas: World, betas: World) -> None:
    hidden = {*_forms_of_binary_columns(), *alphas.tokens, *betas.tokens}
    hidden |= set(User.objects.values_list("password", flat=True))
    assert len(hidden) > 100

    for url in every_page():
        text = as_root.get(url).content.decode()
        assert not [secret for secret in hidden if secret in text], url


def _forms_of_binary_columns() -> Iterator[str]:
    for model in registered():
        for column in [] if model is SiteLogo else binary_columns(model):  # everybody sees a logo
            values = model._default_manager.exclude(**{column: None}).values_list(column, flat=True)
            for value in filter(None, map(bytes, values)):
                yield from (value.hex(), base64.b64encode(value).decode(), repr(value)[2:-1])


def test_a_filter_cannot_ask_for_a_secret_letter_by_letter(as_anna: Client, alphas: World) -> None:
    for url in (
        page(User, "changelist") + "?password__startswith=pbkdf2",
        page(Invitation, "changelist") + "?created_by__password__startswith=pbkdf2",
        page(Enrollment, "changelist") + "?site__privileges__user__password__startswith=pbkdf2",
        page(Enrollment, "changelist") + "?key_sha256=00",
    ):
        assert as_anna.get(url).status_code == 400, url


@pytest.mark.parametrize("typed", ["{code}", "{spoken}", "{lower}", " {spoken} "])
def test_r27_a_reference_code_opens_the_timeline(as_anna: Client, alphas: World, typed: str) -> None:
    row = Enrollment.objects.filter(site=alphas.site).earliest("pk")
    text = typed.format(code=row.reference, spoken=spoken(row.reference), lower=spoken(row.reference).lower())

    answer = as_anna.get(page(Enrollment, "changelist"), {"q": text}, follow=True)

    assert answer.redirect_chain == [(page(Enrollment, "change", row.pk), 302)]
    assert "Timeline" in answer.content.decode() and "Profile issued" in answer.content.decode()


def test_a_device_and_an_invitation_tell_what_their_enrollments_did(as_anna: Client, alphas: World) -> None:
    for model in (Device, Invitation):
        text = as_anna.get(page(model, "change", alphas.row(model).pk)).content.decode()
        assert "Started → Profile issued" in text, model


def test_r27_another_sites_code_finds_nothing(as_anna: Client, alphas: World, betas: World) -> None:
    foreign = Enrollment.objects.filter(site=betas.site).earliest("pk")

    answer = as_anna.get(page(Enrollment, "changelist"), {"q": spoken(foreign.reference)})

    assert "0 enrollments" in answer.content.decode()


def test_the_admin_speaks_english_and_shows_the_sites_time(
    as_anna: Client, alpha: Site, alphas: World
) -> None:
    alpha.configuration.time_zone = "Asia/Kolkata"
    alpha.configuration.save()
    event = Event.objects.filter(kind=EventKind.INVITATION_CREATED, site=alpha).latest("pk")
    Event.objects.filter(pk=event.pk).update(at="2026-03-01T20:00:00Z")

    answer = as_anna.get(page(Event, "change", event.pk), headers={"accept-language": "ar"})

    assert answer.headers["Content-Language"] == "en" and 'dir="ltr"' in answer.content.decode()
    assert "March 2, 2026, 1:30 a.m." in answer.content.decode()
