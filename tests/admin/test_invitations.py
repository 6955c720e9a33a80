"""Invitations in admin: made with a token, shown on request, revoked and released, with an event for each."""

from datetime import timedelta

import pytest
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

WARNING = "never ends: whoever finds its link can enroll devices"
ADD = reverse("admin:enrollment_invitation_add")


def url(invitation: Invitation, what: str = "change") -> str:
    base = f"/admin/enrollment/invitation/{invitation.pk}/"
    return f"{base}change/" if what == "change" else f"{base}press/{what}/"


def page_of(client: Client, invitation: Invitation) -> str:
    return str(client.get(url(invitation)).content.decode())


def kinds(invitation: Invitation) -> list[str]:
    return list(Event.objects.filter(invitation=invitation).order_by("pk").values_list("kind", flat=True))


def test_an_invitation_is_made_for_a_week_and_one_device(as_anna: Client, anna: User, alpha: Site) -> None:
    answer = send(as_anna, ADD, site=alpha.pk, name="Grade 4")

    invitation = Invitation.objects.get()
    assert (answer.status_code, answer.url) == (302, url(invitation))
    assert "“Show link” gives its link and QR code" in as_anna.get(answer.url).content.decode()
    shown = as_anna.post(url(invitation, "show_link")).content.decode()
    assert "Link of the invitation “Grade 4”" in shown and 'aria-label="QR code of the link"' in shown
    assert (invitation.created_by, invitation.max_uses, invitation.login_required) == (anna, 1, True)
    assert invitation.expires_at is not None
    assert timedelta(days=6) < invitation.expires_at - timezone.now() < timedelta(days=8)
    assert kinds(invitation) == [EventKind.INVITATION_CREATED, EventKind.INVITATION_LINK_SHOWN]


def test_who_may_not_see_links_makes_one_all_the_same(as_anna: Client, anna: User, alpha: Site) -> None:
    SitePrivilege.objects.filter(user=anna, privilege=Privilege.SEE_INVITATION_LINKS).delete()

    answer = send(as_anna, ADD, site=alpha.pk, name="Grade 4")

    assert answer.status_code == 302
    assert kinds(Invitation.objects.get()) == [EventKind.INVITATION_CREATED]


def test_an_open_door_is_named_as_one(as_anna: Client, alpha: Site) -> None:
    open_door, _token = people.invite(alpha, login_required=False, max_uses=None, expires_at=None)
    guarded, _token = people.invite(alpha, login_required=True, max_uses=None, expires_at=None)
    ending, _token = people.invite(alpha, max_uses=None, expires_at=timezone.now() + timedelta(days=1))

    warned = {each.pk for each in (open_door, guarded, ending) if WARNING in page_of(as_anna, each)}

    assert warned == {open_door.pk}


def test_who_used_it_stands_on_its_page(as_anna: Client, alphas: World) -> None:
    page = page_of(as_anna, Invitation.objects.get(site=alphas.site))

    assert "Used by" in page and "iPad Aardvark" in page and "guest" in page
    assert page.count("Held for this attempt") == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("max_uses", "0", "One at least; leave it blank for as many as you like."),
        ("expires_at_0", "2020-01-01", "This is past already."),
    ],
)
def test_what_could_never_be_used_is_refused_in_words(
    as_anna: Client, alpha: Site, field: str, value: str, words: str
) -> None:
    answer = send(as_anna, ADD, site=alpha.pk, name="Grade 4", **{field: value})

    assert answer.status_code == 200 and words in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_expired_invitation_keeps_its_end_while_its_name_changes(as_anna: Client, alpha: Site) -> None:
    invitation, _token = people.invite(alpha, expires_at=timezone.now() - timedelta(days=1))

    assert send(as_anna, url(invitation), name="Grade 5").status_code == 302


def test_an_archived_site_invites_nobody(as_anna: Client, alpha: Site) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)
    invitation, _token = people.invite(school)
    people.configure(school, archived=True)

    assert "Closed: the site is archived" in page_of(as_anna, invitation)
    offered = as_anna.get(ADD).context["adminform"].form.fields["site"].queryset
    assert list(offered) == [alpha]
    assert send(as_anna, url(invitation), name="Grade 5").status_code == 302


def test_a_second_press_says_that_there_is_nothing_to_do(as_anna: Client, alpha: Site) -> None:
    invitation, _token = people.invite(alpha)
    as_anna.post(url(invitation, "revoke"))

    for name in ("revoke", "release"):
        answer = as_anna.post(url(invitation, name), follow=True)
        assert answer.status_code == 200 and "has nothing to do here any more" in answer.content.decode()
    assert kinds(invitation).count(EventKind.INVITATION_REVOKED) == 1


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

    page = as_anna.get(url(invitation)).content.decode()
    assert "Show link" not in page and "shown to people with the privilege “See invitation links”" in page
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

    asked = as_anna.post(url(invitation, "revoke"), {"ask": "1"}).content.decode()
    invitation.refresh_from_db()
    assert "This can&#x27;t be undone." in asked and invitation.revoked_at is None

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

    assert "1 use released" in answer.content.decode()
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
