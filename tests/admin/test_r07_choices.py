"""R07: what Alpha's administrator may choose, search, send and act upon is Alpha's alone."""

from typing import Any

from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from enrollment.models import Enrollment, Invitation
from sites_config.models import SiteAddress, SiteLogo, SitePrivilege, User
from tests import people
from tests.admin.filled import send
from tests.admin.world import World, own_rows, registered

WITH_A_FORM = (
    "sites_config_siteaddress",
    "sites_config_siteprivilege",
    "enrollment_invitation",
    "enrollment_accessgroup",
)


def offered(field: Any) -> set[object]:
    return {str(value) for value, _label in field.choices if str(value)}


def test_r07_choices_are_alphas_alone(as_anna: Client, alphas: World, betas: World) -> None:
    alpha_users = {str(user.pk) for user in User.objects.filter(site_privileges__site=alphas.site)}

    for name in WITH_A_FORM:
        form = as_anna.get(reverse(f"admin:{name}_add")).context["adminform"].form
        assert offered(form.fields["site"]) == {str(alphas.site.pk)}, name
        if "sites" in form.fields:
            assert offered(form.fields["sites"]) == {str(alphas.site.pk)}, name
        if "user" in form.fields:
            assert {str(user.pk) for user in form.fields["user"].queryset} == alpha_users


def test_r07_what_one_only_sees_is_no_choice(as_anna: Client, anna: User, alpha: Site, beta: Site) -> None:
    SitePrivilege.objects.create(site=beta, user=anna, privilege="view-site")

    for name in WITH_A_FORM:
        form = as_anna.get(reverse(f"admin:{name}_add")).context["adminform"].form
        assert offered(form.fields["site"]) == {str(alpha.pk)}, name


def test_r07_autocomplete_finds_alphas_alone(as_anna: Client, alphas: World, betas: World) -> None:
    asked = 0
    for model in registered():
        for field in model._meta.fields:
            if field.related_model in registered():
                query: dict[str, Any] = {
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field.name,
                    "term": "",
                }
                answer = as_anna.get(reverse("admin:autocomplete"), query)
                related: Any = field.related_model
                foreign = {str(pk) for pk in own_rows(related, betas.site).values_list("pk", flat=True)}
                assert answer.status_code == 200, (model, field.name)
                assert not foreign & {each["id"] for each in answer.json()["results"]}, (model, field.name)
                asked += 1
    assert asked > 30


def test_r07_no_filter_tells_who_works_at_beta_too(as_anna: Client, alphas: World, betas: World) -> None:
    colleague = User.objects.get(username="staff-Aardvark")
    SitePrivilege.objects.create(site=betas.site, user=colleague, privilege="view-site")
    people.new_site("North School", parent=alphas.site, ready=False)  # one site alone has no filter
    users = reverse("admin:sites_config_user_changelist")

    def found(site: Site) -> list[str]:
        answer = as_anna.get(users, {"site_privileges__site__id__exact": site.pk})
        return [user.username for user in answer.context["cl"].queryset]

    assert colleague.username in found(alphas.site)
    assert found(betas.site) == []


def test_r07_a_row_for_beta_is_refused(as_anna: Client, alphas: World, betas: World) -> None:
    forms: dict[str, dict[str, object]] = {
        "sites_config_siteaddress": {"host": "new.beta.test"},
        "sites_config_siteprivilege": {
            "user": User.objects.get(username="anna").pk,
            "privilege": "view-site",
        },
        "enrollment_invitation": {"name": "Foreign", "max_uses": 1},
        "enrollment_accessgroup": {"everybody": "on", "institutional": "on"},
    }
    before = {model: model._default_manager.count() for model in registered()}

    for name, values in forms.items():
        answer = as_anna.post(reverse(f"admin:{name}_add"), {**values, "site": betas.site.pk})
        assert answer.status_code == 200 and "site" in answer.context["adminform"].form.errors, name

    assert {model: model._default_manager.count() for model in registered()} == before


def test_r07_a_row_never_moves_to_beta(as_anna: Client, alphas: World, betas: World) -> None:
    rows = (
        (Invitation.objects.get(site=alphas.site), "enrollment_invitation"),
        (
            SiteAddress.objects.filter(site=alphas.site, in_use_by_profiles=False).latest("pk"),
            "sites_config_siteaddress",
        ),
    )
    for row, name in rows:
        answer = send(as_anna, reverse(f"admin:{name}_change", args=[row.pk]), site=betas.site.pk)
        assert answer.status_code == 302
        row.refresh_from_db()
        assert row.site == alphas.site


def test_r07_the_parent_of_a_site_is_not_its_administrators_choice(
    as_anna: Client, alphas: World, betas: World
) -> None:
    """Otherwise Alpha could inherit Beta's authority."""
    url = reverse("admin:sites_site_change", args=[alphas.site.pk])

    answer = send(
        as_anna, url, configuration__0__parent=betas.site.pk, configuration__0__support_name="the new desk"
    )

    assert answer.status_code == 302
    alphas.site.configuration.refresh_from_db()
    assert alphas.site.configuration.parent is None
    assert alphas.site.configuration.support_name == "the new desk"


def test_r07_an_inline_row_for_beta_is_refused(as_anna: Client, alphas: World, betas: World) -> None:
    member = User.objects.get(username="staff-Aardvark")
    url = reverse("admin:sites_config_user_change", args=[member.pk])
    foreign = {"site": betas.site.pk, "privilege": "view-site", "user": member.pk}
    changes = {f"site_privileges__1__{name}": value for name, value in foreign.items()}

    answer = send(as_anna, url, site_privileges__TOTAL_FORMS=2, **changes)

    assert answer.status_code == 200
    assert not SitePrivilege.objects.filter(user=member, site=betas.site).exists()


def test_r07_an_inline_never_takes_betas_row(as_anna: Client, alphas: World, betas: World) -> None:
    member = User.objects.get(username="staff-Aardvark")
    foreign = SitePrivilege.objects.get(site=betas.site)
    url = reverse("admin:sites_config_user_change", args=[member.pk])

    send(as_anna, url, site_privileges__0__id=foreign.pk, site_privileges__0__DELETE="on")

    assert SitePrivilege.objects.filter(pk=foreign.pk, site=betas.site).exists()


def test_r07_actions_on_betas_rows_do_nothing(as_anna: Client, alphas: World, betas: World) -> None:
    invitation = Invitation.objects.get(site=betas.site)
    text = SiteLogo.objects.get(site=betas.site)
    held = Enrollment.objects.filter(invitation=invitation).count()

    as_anna.post(
        reverse("admin:enrollment_invitation_changelist"),
        {"action": "revoke_selected", "_selected_action": [invitation.pk]},
    )
    as_anna.post(
        reverse("admin:sites_config_sitelogo_changelist"),
        {"action": "delete_selected", "_selected_action": [text.pk], "post": "yes"},
    )

    invitation.refresh_from_db()
    assert invitation.revoked_at is None
    assert SiteLogo.objects.filter(pk=text.pk).exists()
    assert Enrollment.objects.filter(invitation=invitation).count() == held


def test_r07_an_action_skips_what_one_only_sees(
    as_anna: Client, anna: User, alphas: World, betas: World, beta: Site
) -> None:
    SitePrivilege.objects.create(site=beta, user=anna, privilege="view-site")
    both = Invitation.objects.all()

    page = reverse("admin:enrollment_invitation_changelist")
    chosen = {"action": "revoke_selected", "_selected_action": [row.pk for row in both], "select_across": "0"}

    seal = as_anna.post(page, chosen).context["seal"]
    answer = as_anna.post(page, chosen | {"confirmed": seal}, follow=True)

    assert "1 invitation revoked" in answer.content.decode()
    assert Invitation.objects.get(site=beta).revoked_at is None
    assert Invitation.objects.get(site=alphas.site).revoked_at is not None
