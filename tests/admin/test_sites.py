"""Sites, their configuration and texts in admin; nothing that has a history is deleted."""

from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from sites_config.models import SiteConfiguration, User
from tests import people
from tests.admin.filled import send
from tests.admin.world import World, registered


def change_url(site: Site) -> str:
    return reverse("admin:sites_site_change", args=[site.pk])


def test_a_blank_setting_says_what_it_inherits_from_whom(as_anna: Client, alpha: Site) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)
    alpha.configuration.time_zone = "Europe/Berlin"
    alpha.configuration.save()

    page = as_anna.get(change_url(school)).content.decode()

    assert "If blank: inherited from Alpha School: Alpha School IT desk." in page
    assert "If blank: inherited from Alpha School: Europe/Berlin." in page
    assert "If blank: the name of the site, North School." in page
    assert "If blank: yes (nothing to inherit)." in page


def test_who_may_only_look_reads_the_inherited_settings_too(as_vera: Client, alpha: Site) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)

    page = as_vera.get(change_url(school)).content.decode()

    assert "If blank: inherited from Alpha School: Alpha School IT desk." in page


def test_a_superuser_makes_a_site_with_all_settings_blank(as_root: Client, alpha: Site) -> None:
    url = reverse("admin:sites_site_add")

    answer = send(as_root, url, name="East School", domain="east", configuration__0__parent=alpha.pk)

    east = Site.objects.get(name="East School")
    assert answer.status_code == 302
    assert SiteConfiguration.for_site(east).lineage == (east.pk, alpha.pk)
    assert SiteConfiguration.for_site(east).support_name == "Alpha School IT desk"


def test_a_site_cannot_become_its_own_grandchild(as_root: Client, alpha: Site) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)

    answer = send(as_root, change_url(alpha), configuration__0__parent=school.pk)

    assert answer.status_code == 200 and "can&#x27;t be its own parent" in answer.content.decode()


def test_nothing_that_has_a_history_can_be_deleted(as_root: Client, alphas: World) -> None:
    deletable = {
        "SiteAddress",
        "SitePrivilege",
        "SiteLogo",
        "CaCertificate",
        "Person",
        "AccessGroup",
        "Webhook",
        "ListedDevice",
    }

    for model, row in [(model, alphas.row(model)) for model in registered()]:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        alone = as_root.post(reverse(f"{base}_delete", args=[row.pk]), {"post": "yes"})
        many = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        as_root.post(reverse(f"{base}_changelist"), many)
        gone = not model._default_manager.filter(pk=row.pk).exists()
        assert gone is (model._meta.object_name in deletable), model
        assert alone.status_code == (302 if gone else 403), model


def test_an_account_is_closed_instead(as_root: Client, alphas: World) -> None:
    member = User.objects.get(username="staff-Aardvark")
    url = reverse("admin:sites_config_user_change", args=[member.pk])

    send(as_root, url, first_name="Ex")
    member.refresh_from_db()
    assert member.first_name == "Ex" and member.is_active
