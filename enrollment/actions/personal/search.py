"""One person, by user name, e-mail address or external id, and every row that names them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.sites.models import Site
from django.db.models import Q, QuerySet

from enrollment.actions.personal.columns import NAMINGS, PERSON, Naming
from enrollment.models import Person
from sites_config.models import SiteConfiguration, User

Rows = QuerySet[Any]
SHORTEST_WORD, SHORTEST_ID = 3, 8
Key = tuple[str, str]


class NotOnePerson(Exception):
    """Nobody, or several; the text says who and how to name one of them."""


@dataclass(frozen=True)
class Subject:
    """``keys``: source and external id; ``names``: full names, as they were written."""

    sites: frozenset[int]
    keys: frozenset[Key] = frozenset()
    user_names: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    accounts: tuple[User, ...] = field(default=())

    @property
    def words(self) -> frozenset[str]:
        """Whatever names them in a text; what is shorter stands for other things as well."""
        ids = {external_id for _source, external_id in self.keys if len(external_id) >= SHORTEST_ID}
        every = self.user_names | self.emails | self.names | ids
        return frozenset(word for word in every if len(word) >= SHORTEST_WORD)


def find_person(query: str, *, site: Site, source: str, with_account: bool) -> Subject:
    """At the site and the sites within it. ``source`` tells people of the same user name apart, "" if nobody has to.

    ``with_account``: the staff account with that user name or e-mail address too. Raises NotOnePerson.
    """
    asked = Subject(
        sites_within(site), user_names=frozenset({query}), emails=frozenset({query}), keys=frozenset()
    )
    found = {naming: list(_asked(naming, asked, query, source)) for naming in NAMINGS}
    keys = {key for naming, rows in found.items() for row in rows if (key := _key(naming, row))}
    accounts = _accounts(asked) if with_account else ()
    if not any(found.values()) and not accounts:
        raise NotOnePerson(f"Nobody at {site} has the user name, e-mail address or external ID {query!r}.")
    if len(keys) > 1:
        listed = "; ".join(f"--source {source} has {external_id}" for source, external_id in sorted(keys))
        raise NotOnePerson(f"{query!r} are several people. Name one: {listed}.")
    return _known(Subject(asked.sites, frozenset(keys), accounts=accounts), found)


def _known(subject: Subject, found: Mapping[Naming, list[dict[str, str]]]) -> Subject:
    """With every name under which they are known: also those of rows that have the same key and other names."""
    rows = {naming: [*own, *_values(naming, _with_key(naming, subject))] for naming, own in found.items()}
    known = {name.casefold() for name in _collected(_keyed(rows), "user_names")}
    rows = {naming: [row for row in some if _may_be(naming, row, known)] for naming, some in rows.items()}
    return Subject(
        subject.sites,
        subject.keys,
        _collected(rows, "user_names") | {each.username for each in subject.accounts},
        _collected(rows, "emails") | {each.email for each in subject.accounts if each.email},
        _collected(rows, "names") | {name for each in subject.accounts if (name := each.get_full_name())},
        subject.accounts,
    )


def _keyed(rows: Mapping[Naming, list[dict[str, str]]]) -> dict[Naming, list[dict[str, str]]]:
    return {naming: some for naming, some in rows.items() if naming.key or naming is PERSON}


def _may_be(naming: Naming, row: Mapping[str, Any], known: set[str]) -> bool:
    """Not where an address of theirs stands in a row for somebody else, whose names would be taken for theirs."""
    if not known or naming.key or naming is PERSON:
        return True
    names = {row[name].casefold() for name in naming.user_names if row[name]}
    return not names or bool(names & known)


def _collected(rows: Mapping[Naming, list[dict[str, str]]], kind: str) -> frozenset[str]:
    values = (row[name] for naming, some in rows.items() for row in some for name in getattr(naming, kind))
    return frozenset(value for value in values if value)


def rows_naming(naming: Naming, subject: Subject) -> Rows:
    """By the key; by a name where the row has no key or theirs, as a name may be somebody else's elsewhere."""
    named = _any(
        *(Q(**{f"{column}__iexact": value}) for column in naming.user_names for value in subject.user_names),
        *(Q(**{f"{column}__iexact": value}) for column in naming.emails for value in subject.emails),
    )
    if naming is PERSON:
        return _with_key(naming, subject)
    nobodys = Q() if naming.key is None else Q(**{naming.key[1]: ""})
    return _at(naming, subject).filter(_has_key(naming, subject) | (named & nobodys))


def _asked(naming: Naming, asked: Subject, query: str, source: str) -> Iterable[dict[str, str]]:
    by_id = Q(**{naming.key[1]: query}) if naming.key else _any()
    columns = (*naming.user_names, *naming.emails)
    named = _any(*(Q(**{f"{column}__iexact": query}) for column in columns))
    for row in _values(naming, _at(naming, asked).filter(named | by_id)):
        key = _key(naming, row)
        if not source or key is None or key[0] == source:
            yield row


def _with_key(naming: Naming, subject: Subject) -> Rows:
    return _at(naming, subject).filter(_has_key(naming, subject))


def _has_key(naming: Naming, subject: Subject) -> Q:
    if naming is PERSON:
        return Q(pk__in=_person_ids(subject))
    if naming.key is None:
        return _any()
    source, external_id = naming.key
    return _any(*(Q(**{source: key[0], external_id: key[1]}) for key in subject.keys))


def _person_ids(subject: Subject) -> list[int]:
    """People of the table are known to devices by the id of their row."""
    return [int(key[1]) for key in subject.keys if key[0].startswith("people:")]


def _values(naming: Naming, rows: Rows) -> list[dict[str, str]]:
    columns = (*naming.user_names, *naming.emails, *(naming.key or ()), *naming.names)
    more = ("pk", "site") if naming is PERSON else ()
    return list(rows.values(*columns, *more).distinct())


def _key(naming: Naming, row: Mapping[str, Any]) -> Key | None:
    if naming.model is Person:
        return (f"people:{row['site']}", str(row["pk"]))
    if naming.key is None or not row[naming.key[1]]:
        return None
    return (row[naming.key[0]], row[naming.key[1]])


def _at(naming: Naming, subject: Subject) -> Rows:
    rows: Rows = naming.model._default_manager.filter(site__in=subject.sites)
    return rows.order_by("pk")


def _accounts(asked: Subject) -> tuple[User, ...]:
    (query,) = asked.user_names
    return tuple(User.objects.filter(Q(username__iexact=query) | Q(email__iexact=query)))


def _any(*conditions: Q) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))


def sites_within(site: Site) -> frozenset[int]:
    """The site and what belongs to it: a directory of a district serves its schools."""
    every = SiteConfiguration.objects.values_list("site", flat=True)
    return frozenset(pk for pk in every if site.pk in SiteConfiguration.for_site(pk).lineage) | {site.pk}
