"""Which groups somebody is in, asked of a real slapd in each of the ways that directories say so."""

import pytest
from django.contrib.sites.models import Site

from enrollment.directories import groups as directory_groups
from enrollment.directories.entry import DirectoryUnavailable
from enrollment.directories.find import find
from enrollment.directories.ldap import groups as ldap_groups
from enrollment.directories.ldap import lookup
from enrollment.models import DirectoryServer
from tests.identity.conftest import MakeServer
from tests.servers.slapd import SUFFIX

pytestmark = pytest.mark.django_db
GROUPS = f"ou=groups,{SUFFIX}"
LOOP = {"Everybody", "Loop"}  # each holds the other, and itself


def names(server: DirectoryServer, user_name: str) -> set[str]:
    (found,) = lookup.search(server, user_name, groups=True)
    assert len(found.groups) == len({group.id for group in found.groups})
    assert all(len(group.id) == 36 for group in found.groups)  # entryUUID
    return {group.name for group in found.groups}


@pytest.mark.parametrize(
    ("kind", "nested", "user_name", "expected"),
    [
        ("group-of-names", True, "greta", {"Teachers", "Staff", *LOOP}),
        ("group-of-names", False, "greta", {"Teachers"}),
        ("group-of-names", True, "jürgen", set()),
        # A % and brackets, in the DN of the person and of a group (django-auth-ldap's issue 271).
        ("group-of-names", True, "pat", {"Teachers", "Choir (100%)", "Staff", *LOOP}),
        ("group-of-unique-names", True, "pat", {"Club", "Clubs"}),
        ("group-of-unique-names", False, "pat", {"Club"}),
        ("posix-group", True, "otto", {"otto", "scanners"}),
        ("posix-group", True, "greta", {"scanners"}),
        ("member-of", True, "pat", {"Teachers", "Choir (100%)", "Staff", *LOOP}),
        ("member-of", False, "greta", {"Teachers"}),
        ("member-of", True, "jürgen", set()),
    ],
)
def test_somebody_is_in(
    alpha: Site, connect: MakeServer, kind: str, nested: bool, user_name: str, expected: set[str]
) -> None:
    """Guests, which stands elsewhere, is never among them."""
    server = connect(alpha, group_base=GROUPS.upper(), group_kind=kind, nested_groups=nested)

    assert names(server, user_name) == expected


def test_without_a_search_base_nothing_is_asked(alpha: Site, connect: MakeServer) -> None:
    assert names(connect(alpha), "greta") == set()


def test_somebody_who_was_found_is_asked_for_once_more(alpha: Site, connect: MakeServer) -> None:
    connect(alpha, group_base=GROUPS)
    found = find("greta", [alpha.pk])
    assert found is not None and found.groups == ()

    again = directory_groups.with_groups(found, "greta", [])

    assert {group.name for group in again.groups} == {"Teachers", "Staff", *LOOP}


@pytest.mark.parametrize(
    ("limit", "words"), [("MOST_GROUPS", "more than 1 groups"), ("DEEPEST", "deeper than 1")]
)
def test_too_many_or_too_deep_is_no_answer(
    alpha: Site, connect: MakeServer, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    """Half of the groups could hide one that denies."""
    monkeypatch.setattr(ldap_groups, limit, 1)
    server = connect(alpha, group_base=GROUPS)

    with pytest.raises(DirectoryUnavailable, match=words):
        lookup.search(server, "greta", groups=True)


@pytest.mark.parametrize("base", ["ou=nowhere,dc=northwind,dc=example", "no DN at all"])
def test_a_search_base_that_is_not_there_is_no_answer(alpha: Site, connect: MakeServer, base: str) -> None:
    with pytest.raises(DirectoryUnavailable):
        lookup.search(connect(alpha, group_base=base), "greta", groups=True)
