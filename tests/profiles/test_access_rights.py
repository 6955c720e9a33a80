"""What the page on the MDM profile may promise."""

import itertools

import pytest

from enrollment.profiles.access_rights import (
    ALL,
    CATALOGUE,
    AccessRight,
    BadAccessRights,
    OutOfReach,
    check,
    explain,
)


def test_the_catalogue_has_apples_thirteen_bits() -> None:
    assert [(right.bit, right.slug) for right in CATALOGUE] == [
        (1, "inspect-profiles"),
        (2, "install-profiles"),
        (4, "lock"),
        (8, "erase"),
        (16, "device-information"),
        (32, "network-information"),
        (64, "inspect-provisioning"),
        (128, "install-provisioning"),
        (256, "inspect-apps"),
        (512, "restrictions"),
        (1024, "security"),
        (2048, "settings"),
        (4096, "manage-apps"),
    ]
    assert ALL == 8191


def test_a_site_without_the_right_to_erase_says_so() -> None:
    can, cannot = explain(ALL - 8)
    assert [right.slug for right in cannot] == ["erase"]
    assert len(can) == 12


def test_every_right_is_on_exactly_one_side() -> None:
    can, cannot = explain(1 + 4 + 16)
    assert [right.slug for right in can] == ["inspect-profiles", "lock", "device-information"]
    assert sorted(can + cannot, key=lambda right: right.bit) == list(CATALOGUE)
    assert explain(ALL) == (CATALOGUE, ())


@pytest.mark.parametrize("rights", [0, -1, 8192, 2, 2 + 4, 128, 1 + 2 + 128, 8191 - 1, 8191 - 64])
def test_rights_that_apple_forbids_are_refused(rights: int) -> None:
    with pytest.raises(BadAccessRights):
        check(rights)
    with pytest.raises(BadAccessRights):
        explain(rights)


@pytest.mark.parametrize("rights", [1, 4, 64, 1 + 2, 64 + 128, 8191])
def test_rights_that_apple_allows_pass(rights: int) -> None:
    check(rights)


def test_slugs_are_distinct_across_what_can_and_what_never_can_be_done() -> None:
    slugs = [right.slug for right in CATALOGUE] + list(OutOfReach)
    assert all(first != second for first, second in itertools.combinations(slugs, 2))


def test_what_no_right_reaches_is_a_closed_list() -> None:
    assert list(OutOfReach) == [
        "read-messages",
        "read-mail",
        "see-photos",
        "see-browsing",
        "see-location-unless-lost",
        "hear-calls",
    ]


def test_a_right_can_be_found_by_its_bit() -> None:
    assert {right.bit: right for right in CATALOGUE}[128] == AccessRight(
        128, "install-provisioning", needs=64
    )
