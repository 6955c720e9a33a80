"""Agreements in the administration: looked at before they count, and who accepted them as a file."""

import csv
import io

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from enrollment.models import AgreementAcceptance
from sites_config.models import Agreement
from tests.admin.world import World

pytestmark = pytest.mark.django_db
ADD = "admin:sites_config_agreement_add"


def test_a_preview_publishes_nothing(as_anna: Client, alpha: Site) -> None:
    assert (
        f'formaction="{reverse("admin:sites_config_agreement_try")}"'
        in as_anna.get(reverse(ADD)).content.decode()
    )
    sent = {"site": alpha.pk, "text_ar": "**اعتن** بالجهاز", "ownership": "institutional"}

    answer = as_anna.post(reverse("admin:sites_config_agreement_try"), sent)

    html = answer.content.decode()
    assert "<strong>اعتن</strong>" in html and '<html lang="ar" dir="rtl">' in html
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert not Agreement.objects.exists()


def test_a_preview_is_of_ones_own_sites(as_anna: Client, as_vera: Client, alpha: Site, beta: Site) -> None:
    url = reverse("admin:sites_config_agreement_try")
    assert as_anna.post(url, {"site": beta.pk, "text_en": "x"}).status_code == 404
    for no_id in ("x", "", "²", "-1", "9" * 19, "9" * 5000):
        assert as_anna.post(url, {"site": no_id, "text_en": "x"}).status_code == 404
    assert as_vera.post(url, {"site": alpha.pk, "text_en": "x"}).status_code == 403


@pytest.mark.parametrize("text", ["![x](https://e.example/x.png)", "[x](http://e.example)", "x" * 70_000])
def test_an_agreement_that_cannot_be_shown_is_not_published(as_anna: Client, alpha: Site, text: str) -> None:
    sent = {"site": alpha.pk, "ownership": "institutional", "ask_again": "on", "text_de": text}

    answer = as_anna.post(reverse(ADD), sent)

    assert answer.status_code == 200 and answer.context["adminform"].form.errors["text_de"]
    assert not Agreement.objects.exists()


def test_acceptances_are_exported_without_formulas(as_anna: Client, alphas: World, betas: World) -> None:
    row = AgreementAcceptance.objects.get(site=alphas.site)
    AgreementAcceptance.objects.filter(pk=row.pk).update(signed_in_name="=HYPERLINK(1)")
    every = list(AgreementAcceptance.objects.values_list("pk", flat=True))

    answer = as_anna.post(
        reverse("admin:enrollment_agreementacceptance_changelist"),
        {"action": "export_selected", "_selected_action": every},
    )

    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert len(table) == 2, "a heading and Alpha's own"
    cells = dict(zip(*table, strict=True))
    assert cells["name"] == "'=HYPERLINK(1)" and cells["site"] == "Alpha School"
    assert cells["sha256 of the text"] == "ab" * 32
