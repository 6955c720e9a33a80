"""R27: every page carries a short code that a person can read over the telephone."""

import re

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Enrollment
from enrollment.steps import problem
from sites_config.models import User
from sites_config.references import ALPHABET, new_reference
from tests.gallery import Gallery, pages
from tests.moved_clock import Clock
from tests.visitor import Visitor, as_page

CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")
OF_AN_ENROLLMENT = {
    "ownership", "ownership_not_chosen", "personal", "personal_too_old", "personal_not_served", "personal_done",
    "assign", "assign_found", "assign_not_found", "site", "choose_one_of_many_sites", "agreement",
    "agreement_declined", "ca_certificate", "ca_certificate_fetched",
    "mdm_profile", "install", "install_fetched", "install_stalled", "install_authenticated",
    "complete", "failed", "failed_not_theirs", "resume",
    "enrollment_expired", "enrollment_over", "enrollment_released", "unavailable",
    "install_not_fetched", "gate_with_an_enrollment", "hand_over", "hand_over_made",
    "enrollment_cancelled", "invitation_other", "leaving", "provider_unreachable", "sign_in_cancelled",
    "failed_not_listed", "failed_too_many_devices", "failed_os_too_old", "failed_wrong_device",
    "sign_in_stranger", "sign_in_invalid", "no_access", "second_factor", "second_factor_refused",
}  # fmt: skip


@pytest.fixture
def gallery(alpha: Site, alice: User, bob: User, clock: Clock) -> Gallery:
    return Gallery(alpha, clock)


def test_r27_the_alphabet_has_nothing_to_confuse() -> None:
    assert not set("0O1Ilo") & set(ALPHABET)
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    codes = {new_reference() for _code in range(2000)}
    assert len(codes) == 2000 and set("".join(codes)) == set(ALPHABET)


def test_r27_the_gallery_knows_every_kind_of_problem() -> None:
    kinds = {name.removesuffix("_title") for name in vars(problem.Texts) if name.endswith("_title")}
    assert kinds <= set(pages()), "a page nobody made"


@pytest.mark.django_db
@pytest.mark.parametrize("name", pages())
def test_r27_every_page_carries_a_code(gallery: Gallery, caplog: pytest.LogCaptureFixture, name: str) -> None:
    answer = pages()[name](gallery)

    page = as_page(answer)
    assert CODE.fullmatch(page.reference), name
    code = page.reference.replace("-", "")
    if name in OF_AN_ENROLLMENT:
        assert Enrollment.objects.latest("pk").reference == code
    else:
        requests = [
            record.getMessage().split()[-1] for record in caplog.records if record.name == "gatehouse.access"
        ]
        assert requests[-1] == code, "without an enrollment it is the request id of the access log"


@pytest.mark.django_db
def test_r27_the_code_of_an_enrollment_stays_the_same_on_all_its_pages(alice: User) -> None:
    visitor = Visitor()
    visitor.log_in()
    seen = {visitor.see(f"{visitor.own}/{screen}/").reference for screen in ("log-in", "mdm-profile")}
    visitor.go_on()
    seen |= {visitor.see(f"{visitor.own}/install/").reference}
    assert len(seen) == 1


@pytest.mark.django_db
def test_r27_codes_open_nothing(alice: User) -> None:
    visitor = Visitor()
    visitor.log_in()
    code = visitor.enrollment.reference

    for form in (code, f"{code[:4]}-{code[4:]}", code.lower()):
        assert visitor.get(f"/enroll/{form}/").status_code == 403
        assert visitor.get(f"/i/{form}").status_code == 404
        assert visitor.get(f"/p/{form}.mobileconfig").status_code == 404
        assert visitor.get(f"/enroll/{form}/status").status_code == 404
