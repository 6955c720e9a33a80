"""A code that was said over the telephone: entered in any spelling, used once, guessed by nobody."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.sites.models import Site
from django.http import HttpResponse
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.access_codes import CodeGone, make_code, revoke_code, use_code
from enrollment.actions.invitations import revoke
from enrollment.models import AccessCode, Enrollment, Event, EventKind, Invitation, InvitationUse, Status
from sites_config.models import User
from sites_config.references import ALPHABET, spoken, typed_code
from tests import people
from tests.moved_clock import Clock
from tests.rules.tables import changed, dump
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db
REFUSED = "This code is not right, or no longer valid: compare each letter and digit"


def make(site: Site, *, hours: float = 1, **more: object) -> str:
    now = timezone.now()
    until = now + timedelta(hours=hours)
    return make_code(site_id=site.pk, expires_at=until, actor=None, now=now, **more)[1]  # type: ignore[arg-type]


def enter(visitor: Visitor, code: str) -> HttpResponse:
    visitor.get("/code/")
    return visitor.post("/code/", {"code": code})


def refused(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and REFUSED in as_page(answer).text


SPELLINGS = ("{0}", "{1}", "{2}", " {3} ", "{1}\u2013", "{4}", "{5}")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_code_is_taken_however_it_is_typed(alpha: Site, spelling: str) -> None:
    code = make(alpha)
    arabic = code.translate({ord("2") + n: 0x662 + n for n in range(8)})
    forms = (code, spoken(code), code.lower(), " ".join(code), f"{code[:4]} – {code[4:].lower()}", arabic)

    assert enter(Visitor(), spelling.format(*forms)).status_code == 303


def test_a_code_replaces_one_invitation_as_its_start_would(alpha: Site) -> None:
    invitation, _token = people.invite(alpha, assigned_user_name="ana", assigned_full_name="Ana Alvarez")
    code, visitor = make(alpha, invitation=invitation), Visitor()
    page = visitor.see("/code/")
    assert page.h1 == "Enter your code"

    answer = visitor.post("/code/", {"code": code})

    row = visitor.enrollment
    assert answer.headers["Location"] == f"/enroll/{row.public_id}/"
    assert (row.invitation, row.invitation_use, row.assigned_user_name) == (
        invitation,
        InvitationUse.HELD,
        "ana",
    )
    assert Invitation.objects.get().uses_held == 1
    assert visitor.see(answer.headers["Location"]).h1.startswith("Let Alpha School manage")
    assert visitor.go_on().status == Status.PROFILE_ISSUED
    used = AccessCode.objects.get()
    assert used.used_at is not None and used.started == row
    assert list(Event.objects.filter(enrollment=row).order_by("pk").values_list("kind", flat=True))[:2] == [
        EventKind.MOVED,
        EventKind.CODE_USED,
    ]


def test_a_code_leads_to_the_log_in_even_where_the_portal_is_closed(alpha: Site, alice: User) -> None:
    people.configure(alpha, portal_open=False)
    visitor = Visitor()
    assert "Enter a code" in visitor.see("/enroll/").text

    own = enter(visitor, make(alpha)).headers["Location"]

    page = visitor.see(own)
    assert page.h1 == "Log in"
    visitor.log_in(path=page.path)
    assert visitor.go_on().signed_in_name == "Alice Archer"


def test_a_code_works_once(alpha: Site) -> None:
    invitation, _token = people.invite(alpha, max_uses=None)
    code = make(alpha, invitation=invitation)
    assert enter(Visitor(), code).status_code == 303

    assert refused(enter(Visitor(), code))
    assert Enrollment.objects.count() == 1


def test_a_double_click_is_one_use(alpha: Site) -> None:
    invitation, _token = people.invite(alpha, max_uses=None)
    code, visitor = make(alpha, invitation=invitation), Visitor()

    places = {enter(visitor, code).headers["Location"] for _click in range(3)}

    assert len(places) == 1 and Invitation.objects.get().uses_held == 1


@pytest.mark.parametrize(
    "kind", ["used", "revoked", "expired", "another site's", "wrong", "no code", "too long"]
)
def test_one_answer_for_every_code_that_is_not_good(alpha: Site, beta: Site, clock: Clock, kind: str) -> None:
    code = make(beta if kind == "another site's" else alpha)
    if kind == "used":
        enter(Visitor(), code)
    if kind == "revoked":
        revoke_code(AccessCode.objects.get(), actor=None, now=clock.time)
    if kind == "expired":
        clock.forward(hours=1)
    made = Enrollment.objects.count()
    text = {"wrong": "ABCDEFGH", "no code": "0000-0000", "too long": "A" * 31}.get(kind, code)

    assert refused(enter(Visitor(), text))
    assert Enrollment.objects.count() == made


@pytest.mark.parametrize("kind", ["used", "revoked", "expired"])
def test_r09_the_claim_itself_asks_whether_it_is_good(alpha: Site, clock: Clock, kind: str) -> None:
    """As in two requests at once: the row was read before."""
    code = make(alpha)
    as_read = AccessCode.objects.get()
    if kind == "used":
        enter(Visitor(), code)
    if kind == "revoked":
        revoke_code(as_read, actor=None, now=clock.time)
    if kind == "expired":
        clock.forward(hours=1)
    made = Enrollment.objects.count()

    with pytest.raises(CodeGone):
        use_code(
            as_read,
            entry_site_id=alpha.pk,
            key="k",
            host="alpha.test",
            language="en",
            browser="",
            now=clock.time,
        )

    assert Enrollment.objects.count() == made


def test_a_browser_that_began_something_else_meanwhile_uses_no_code(alpha: Site, clock: Clock) -> None:
    """As in two requests at once: both were read before the other's enrollment was there."""
    people_of = {name: people.invite(alpha, name=name)[0] for name in ("One", "Other")}
    rows = []
    for invitation in people_of.values():
        make(alpha, invitation=invitation)
        rows.append(AccessCode.objects.latest("pk"))
    browser: dict[str, Any] = {"key": "k", "host": "alpha.test", "language": "en", "browser": ""}
    begun = use_code(rows[0], entry_site_id=alpha.pk, now=clock.time, **browser)

    with pytest.raises(CodeGone):
        use_code(rows[1], entry_site_id=alpha.pk, now=clock.time, **browser)

    assert Enrollment.objects.get() == begun
    rows[1].refresh_from_db()
    assert rows[1].used_at is None, "it is good as before"


def test_a_code_of_a_school_is_entered_at_its_district(alpha: Site) -> None:
    school = people.new_site("Alpha Junior", parent=alpha, ready=False)
    invitation, _token = people.invite(school)
    visitor = Visitor()

    enter(visitor, make(school, invitation=invitation))

    assert (visitor.enrollment.site, visitor.enrollment.entry_site) == (school, alpha)


def test_a_code_lives_eight_hours_at_most(alpha: Site, clock: Clock) -> None:
    code = make(alpha, hours=48)
    clock.forward(hours=8)

    assert refused(enter(Visitor(), code))


def test_the_attempt_that_it_was_made_for_makes_room(alpha: Site) -> None:
    invitation, token = people.invite(alpha)
    lost = Visitor()
    first = lost.start(token)

    found = Visitor()
    assert enter(found, make(alpha, invitation=invitation, enrollment=first)).status_code == 303

    first.refresh_from_db()
    assert first.status == Status.EXPIRED and found.enrollment != first
    assert Invitation.objects.get().uses_held == 1


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("used up", "This invitation was already used"),
        ("expired", "This invitation has expired"),
        ("revoked", "This invitation was withdrawn"),
    ],
)
def test_an_invitation_that_is_over_is_over_for_its_codes_too(
    alpha: Site, clock: Clock, kind: str, title: str
) -> None:
    invitation, token = people.invite(alpha, expires_at=clock.time + timedelta(minutes=30))
    code = make(alpha, invitation=invitation)
    if kind == "used up":
        Visitor().start(token)
    if kind == "expired":
        clock.forward(minutes=31)
    if kind == "revoked":
        revoke(invitation, actor=None, now=clock.time)

    answer = enter(Visitor(), code)

    assert as_page(answer).h1 == title and answer.status_code == 410
    assert AccessCode.objects.get().used_at is None, "it is good again once the invitation is"


def test_a_browser_with_an_enrollment_of_its_own_gets_a_second_one(alpha: Site, alice: User) -> None:
    visitor = Visitor()
    visitor.log_in()
    first = visitor.enrollment
    invitation, _token = people.invite(alpha)

    enter(visitor, make(alpha, invitation=invitation))

    assert visitor.enrollment != first and visitor.enrollment.invitation == invitation


def test_r04_looking_changes_nothing_and_needs_the_pages_cookie(alpha: Site) -> None:
    code, before = make(alpha), None
    before = dump()
    visitor = Visitor()
    for method in ("GET", "HEAD", "OPTIONS"):
        visitor.ask(method, "/code/")
    assert changed(before, dump()) == {}

    assert Visitor().post("/code/", {"code": code}).status_code == 403
    assert not Enrollment.objects.exists()


def test_another_browser_is_told_to_open_it_in_safari(alpha: Site) -> None:
    chrome = Visitor(
        agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605 CriOS/141 Mobile"
    )
    assert "Safari" in chrome.see("/code/").h1
    assert chrome.get("/code").headers["Location"] == "/code/"


def test_r11_the_code_stands_nowhere(alpha: Site, caplog: pytest.LogCaptureFixture) -> None:
    code = make(alpha)
    enter(Visitor(), code)

    cells = "\n".join(str(cell) for rows in dump().values() for row in rows for cell in row)
    assert code not in cells and spoken(code) not in cells
    assert code not in caplog.text


def test_a_code_outlives_a_new_field_key(alpha: Site, settings: Settings, tmp_path: Path) -> None:
    code, older = make(alpha), Path(settings.FIELD_KEY_FILE).read_text()
    newer = tmp_path / "field-keys"
    newer.touch(0o600)
    newer.write_text(f"{Fernet.generate_key().decode()}\n{older}")

    settings.FIELD_KEY_FILE = newer

    assert enter(Visitor(), code).status_code == 303


def test_a_code_is_made_of_what_can_be_said() -> None:
    assert typed_code("abcd-efgh") == "ABCDEFGH"
    assert [typed_code(text) for text in ("ABCD-EFG0", "ABCD-EFGI", "ABCDEFG", "ABCDEFGHJ", "")] == [""] * 5
    assert typed_code(ALPHABET[:8]) == ALPHABET[:8]
