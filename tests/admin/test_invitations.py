"""Invitations in admin: made with a token, shown on request, revoked and released, with an event for each."""

from datetime import timedelta

from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.tokens import digest
from enrollment.models import Enrollment, Event, EventKind, Invitation, InvitationUse, Status
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.admin.filled import send
from tests.admin.world import World, logged_in, populate

ADD = reverse("admin:enrollment_invitation_add")


def url(invitation: Invitation, what: str = "change") -> str:
    base = f"/admin/enrollment/invitation/{invitation.pk}/"
    return f"{base}change/" if what == "change" else f"{base}press/{what}/"


def kinds(invitation: Invitation) -> list[str]:
    return list(Event.objects.filter(invitation=invitation).order_by("pk").values_list("kind", flat=True))


def test_an_invitation_is_made_for_a_week_and_one_device(as_anna: Client, anna: User, alpha: Site) -> None:
    answer = send(as_anna, ADD, site=alpha.pk, name="Grade 4")

    invitation = Invitation.objects.get()
    assert answer.status_code == 302
    assert (invitation.created_by, invitation.max_uses, invitation.login_required) == (anna, 1, True)
    assert invitation.expires_at is not None
    assert timedelta(days=6) < invitation.expires_at - timezone.now() < timedelta(days=8)
    assert kinds(invitation) == [EventKind.INVITATION_CREATED]


def test_the_link_is_shown_by_a_button_and_leaves_an_event(as_anna: Client, anna: User, alpha: Site) -> None:
    invitation, token = people.invite(alpha)

    assert token not in as_anna.get(url(invitation)).content.decode()
    assert as_anna.get(url(invitation, "show_link")).status_code == 405
    shown = as_anna.post(url(invitation, "show_link"))

    assert f'value="https://alpha.test/i/{token}"' in shown.content.decode()
    assert shown.headers["Cache-Control"].find("no-store") >= 0
    assert Event.objects.get(kind=EventKind.INVITATION_LINK_SHOWN).actor == anna
    assert digest(token) == bytes(invitation.token_sha256)


def test_the_link_needs_its_own_privilege(
    as_anna: Client, as_vera: Client, anna: User, vera: User, alpha: Site
) -> None:
    invitation, token = people.invite(alpha)
    SitePrivilege.objects.filter(user=anna, privilege=Privilege.SEE_INVITATION_LINKS).delete()
    SitePrivilege.objects.create(user=vera, site=alpha, privilege=Privilege.SEE_INVITATION_LINKS)

    assert "Show link" not in as_anna.get(url(invitation)).content.decode()
    assert as_anna.post(url(invitation, "show_link")).status_code == 403
    assert token in as_vera.post(url(invitation, "show_link")).content.decode()
    assert kinds(invitation).count(EventKind.INVITATION_LINK_SHOWN) == 1


def test_a_schools_link_leads_through_its_district(alpha: Site, anna: User) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)
    invitation, token = people.invite(school)

    shown = logged_in(anna, alpha).post(url(invitation, "show_link"))

    assert f"https://alpha.test/i/{token}" in shown.content.decode()


def test_another_sites_link_has_its_own_address(as_root: Client, beta: Site) -> None:
    invitation, token = people.invite(beta)

    assert f"https://beta.test/i/{token}" in as_root.post(url(invitation, "show_link")).content.decode()


def test_revoking_ends_the_attempts_without_a_certificate(as_anna: Client, anna: User, alphas: World) -> None:
    invitation = Invitation.objects.get(site=alphas.site)

    as_anna.post(url(invitation, "revoke"))

    invitation.refresh_from_db()
    assert (
        invitation.revoked_at is not None and invitation.uses_held == 1
    )  # the one that enrolled keeps its use
    assert kinds(invitation)[-1] == EventKind.INVITATION_REVOKED
    page = as_anna.get(url(invitation)).content.decode()
    assert "Revoked" in page and "press/revoke" not in page


def test_r12_releasing_gives_the_use_back(as_anna: Client, alphas: World) -> None:
    invitation = Invitation.objects.get(site=alphas.site)
    waiting = Enrollment.objects.get(site=alphas.site, status=Status.PROFILE_ISSUED)
    assert invitation.uses_held == 2

    answer = as_anna.post(url(invitation, "release"), follow=True)

    assert "1 uses released" in answer.content.decode()
    invitation.refresh_from_db()
    waiting.refresh_from_db()
    assert invitation.uses_held == 1
    assert (waiting.status, waiting.invitation_use) == (Status.EXPIRED, InvitationUse.NONE)


def test_who_may_only_look_presses_nothing(as_vera: Client, alphas: World) -> None:
    invitation = Invitation.objects.get(site=alphas.site)

    for name in ("show_link", "release", "revoke"):
        assert as_vera.post(url(invitation, name)).status_code == 403
    assert "press/" not in as_vera.get(url(invitation)).content.decode()


def test_fewer_uses_than_are_taken_is_refused_in_words(as_anna: Client, alphas: World) -> None:
    invitation = Invitation.objects.get(site=alphas.site)

    answer = send(as_anna, url(invitation), max_uses=1)

    assert answer.status_code == 200 and "2 uses are already taken." in answer.content.decode()


def test_a_change_of_the_name_writes_nothing_else(as_anna: Client, alpha: Site) -> None:
    """The uses are counted by others in the meantime."""
    world = populate(alpha, "alpha.test", "Aardvark")
    invitation = Invitation.objects.get(site=world.site)

    assert send(as_anna, url(invitation), name="Grade 5").status_code == 302

    invitation.refresh_from_db()
    assert (invitation.name, invitation.uses_held) == ("Grade 5", 2)
