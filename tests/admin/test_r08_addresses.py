"""R08: an address that stands in an issued profile can't be changed or removed, whoever asks."""

import pytest
from django.contrib.sites.models import Site
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from sites_config.addresses import site_at
from sites_config.models import SiteAddress
from tests.admin.filled import send
from tests.admin.world import World

LIST = reverse("admin:sites_config_siteaddress_changelist")


def used(alphas: World) -> SiteAddress:
    address = SiteAddress.objects.get(host="alpha.test")
    assert address.in_use_by_profiles and address.site == alphas.site
    return address


def test_r08_an_address_in_use_cannot_be_changed(as_root: Client, alphas: World) -> None:
    address = used(alphas)
    url = reverse("admin:sites_config_siteaddress_change", args=[address.pk])

    assert "can&#x27;t be changed or deleted" in as_root.get(url).content.decode()
    as_root.post(url, {"host": "other.test", "site": alphas.site.pk})

    assert SiteAddress.objects.get(pk=address.pk).host == "alpha.test"


def test_r08_an_address_in_use_cannot_be_deleted(as_root: Client, alphas: World) -> None:
    address = used(alphas)

    url = reverse("admin:sites_config_siteaddress_delete", args=[address.pk])
    alone = as_root.post(url, {"post": "yes"})
    many = as_root.post(
        LIST, {"action": "delete_selected", "_selected_action": list(_all_addresses()), "post": "yes"}
    )

    for answer in (alone, many):
        assert answer.status_code == 200
        assert "alpha.test (in use: devices enrolled by profiles" in answer.content.decode()
    assert SiteAddress.objects.filter(host__in=["alpha.test", "localhost", "127.0.0.1"]).count() == 3


def test_r08_an_address_that_came_into_use_meanwhile_stays(as_root: Client, alpha: Site) -> None:
    """Between the page that asks and the statement that deletes, a profile was issued."""
    from django.contrib import admin

    address = SiteAddress.objects.get(host="localhost")
    SiteAddress.objects.filter(pk=address.pk).update(in_use_by_profiles=True)

    with pytest.raises(PermissionDenied):
        admin.site.get_model_admin(SiteAddress).delete_model(None, address)  # type: ignore[arg-type]

    assert SiteAddress.objects.filter(pk=address.pk).exists()


def test_r08_a_change_writes_nothing_but_the_host(as_root: Client, alpha: Site) -> None:
    """The mark of a profile issued while the form was open survives saving it."""
    address = SiteAddress.objects.get(host="localhost")
    url = reverse("admin:sites_config_siteaddress_change", args=[address.pk])
    assert send(as_root, url, host="new.alpha.test").status_code == 302
    address.refresh_from_db()
    assert address.host == "new.alpha.test"

    from django.contrib import admin

    stale = SiteAddress.objects.get(pk=address.pk)
    SiteAddress.objects.filter(pk=address.pk).update(in_use_by_profiles=True)
    form_class = admin.site.get_model_admin(SiteAddress).get_form(_request(as_root), stale)
    form = form_class({"host": "newer.alpha.test"}, instance=stale)
    assert form.is_valid()
    admin.site.get_model_admin(SiteAddress).save_model(_request(as_root), form.instance, form, True)

    assert SiteAddress.objects.get(pk=address.pk).in_use_by_profiles


def test_r08_a_free_address_comes_and_goes(as_anna: Client, alpha: Site) -> None:
    as_anna.post(reverse("admin:sites_config_siteaddress_add"), {"site": alpha.pk, "host": "NEW.alpha.test."})
    assert site_at("new.alpha.test") == alpha.pk

    address = SiteAddress.objects.get(host="new.alpha.test")
    as_anna.post(reverse("admin:sites_config_siteaddress_delete", args=[address.pk]), {"post": "yes"})
    assert site_at("new.alpha.test") is None


def _all_addresses() -> list[int]:
    return list(SiteAddress.objects.values_list("pk", flat=True))


def _request(client: Client):  # type: ignore[no-untyped-def]
    """The request of this browser as a view gets it."""
    return client.get(LIST).wsgi_request
