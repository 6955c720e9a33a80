"""Many rows, made by PostgreSQL itself: devices with their enrollments, events, invitations and deliveries."""

from collections.abc import Mapping, Sequence

from django.contrib.sites.models import Site
from django.db import connection, models

from enrollment.actions.search_indexes import NAMES, index_searches
from enrollment.models import (
    Certificate,
    Delivery,
    Device,
    Enrollment,
    Event,
    Invitation,
    ListedDevice,
    Person,
)
from sites_config.models import LoggedChange
from sites_config.references import ALPHABET
from tests import people

FIRST = (
    "Ana",
    "Ben",
    "Chloe",
    "Dina",
    "Emil",
    "Fatima",
    "Goran",
    "Hana",
    "Ivo",
    "June",
    "Kofi",
    "Lena",
    "Mira",
)
LAST = (
    "Abel",
    "Baker",
    "Cruz",
    "Diaz",
    "Evans",
    "Fuchs",
    "Gupta",
    "Haddad",
    "Ito",
    "Jansen",
    "Kaya",
    "Lopez",
)
SCHOOLS = 19
BEGIN = "timestamptz '2026-01-05 08:00:00+00'"


def schools(district: Site) -> list[Site]:
    """Small ones below a district."""
    return [people.new_site(f"School {number}", parent=district, ready=False) for number in range(SCHOOLS)]


def fill(number: int, sites: Sequence[Site]) -> None:
    """So many devices; the first of the sites has half of everything. Nothing may be there before."""
    keys = [sites[0].pk] * len(sites) + [site.pk for site in sites]
    site = _one_of(keys)
    first, last = _one_of(FIRST, 7), _one_of(LAST, 20)
    person = {
        "assigned_user_name": f"lower({first} || '.' || {last}) || i",
        "assigned_full_name": f"{first} || ' ' || {last}",
        "assigned_email": f"lower({first} || '.' || {last}) || i || '@school.example'",
        "assignment_source": "'signed-in'",
    }
    seen = f"{BEGIN} + i * interval '20 seconds'"
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica"
        )  # or each row would look up what it points to
        cursor.execute("TRUNCATE enrollment_invitation CASCADE")  # and whatever points there
        for table in NAMES:
            cursor.execute(f"DROP INDEX IF EXISTS {table}_search")
    _insert(Invitation, number // 2, {
        "site_id": site,
        "name": f"{first} || ' ' || {last} || ' ' || i",
        "email": person["assigned_email"],
        "token_sha256": "sha256(i::text::bytea)",
        "token_encrypted": "'\\x00'::bytea",
        "max_uses": "1",
        "login_required": "true",
        "created_at": seen,
        "expires_at": f"{seen} + interval '7 days'",
    })  # fmt: skip
    _insert(Enrollment, number, person | {
        "site_id": site,
        "entry_site_id": str(sites[0].pk),
        "public_id": "lpad(i::text, 22, '0')",
        "reference": _reference(),
        "key_sha256": "sha256(i::text::bytea)",
        "host": "'alpha.test'",
        "status": "CASE WHEN i % 100 < 96 THEN 'enrolled' WHEN i % 100 < 99 THEN 'expired'"
        " WHEN i % 1000 = 999 THEN 'failed' ELSE 'profile-issued' END",
        "signed_in_name": person["assigned_full_name"],
        "started_at": seen,
        "idle_until": seen,
        "ends_at": seen,
        "enrolled_at": seen,
        "device_id": "i",
        "invitation_id": f"CASE WHEN i <= {number // 2} THEN i END",
    })  # fmt: skip
    _insert(Device, number, person | {
        "site_id": site,
        "udid": "'00008101-' || lpad(upper(to_hex(i::bigint * 2654435761)), 16, '0')",
        "serial_number": "upper('F' || substr(md5(i::text), 1, 11))",
        "name": f"'iPad of ' || {first}",
        "model_name": "CASE WHEN i % 10 = 0 THEN 'iPhone 15' ELSE 'iPad' END",
        "ownership": "'institutional'",
        "enrollment_id": "i",
        "first_seen_at": seen,
        "last_seen_at": seen,
        "stands_at_id": f"CASE WHEN i % 50 = 0 THEN {sites[-1].pk} END",
        "lost_at": f"CASE WHEN i % 5000 = 0 THEN {seen} END",
    })  # fmt: skip
    listed = number // 4
    _insert(ListedDevice, listed, {
        "site_id": str(sites[0].pk),
        # Nine in ten were enrolled, the others never seen; a few were refused.
        "serial_number": "upper('F' || substr(md5((CASE WHEN i % 10 = 0 THEN -i ELSE i END)::text), 1, 11))",
        "asset_tag": "'TAG-' || i",
        "owner_user_name": person["assigned_user_name"],
        "owner_full_name": person["assigned_full_name"],
    })  # fmt: skip
    _insert(Person, number // 4, {
        "site_id": site,
        "user_name": person["assigned_user_name"],
        "user_name_folded": person["assigned_user_name"],
        "full_name": person["assigned_full_name"],
        "email": person["assigned_email"],
    })  # fmt: skip
    _insert(Certificate, number // 4, {
        "site_id": site,
        "enrollment_id": "i",
        "authority_id": "1",
        "challenge_id": "i",
        "serial_number": "upper(md5(i::text))",
        "key_sha256": "sha256(i::text::bytea)",
        "transaction_id": "i::text",
        "sha256": "sha256(i::text::bytea)",
        "reserved_at": seen,
        "not_before": seen,
        "not_after": f"{seen} + interval '3 years'",
        "issued_at": seen,
    })  # fmt: skip
    _insert(LoggedChange, number // 4, {
        "site_id": site,
        "at": seen,
        "act": "2",
        "kind": "'enrollment.person'",
        "object_id": "i::text",
        "subject": person["assigned_full_name"],
        "told": "'Changed Room: ' || i || ' → nothing.'",
    })  # fmt: skip
    about = {"site_id": site, "enrollment_id": "(i + 1) / 2", "device_id": "(i + 1) / 2", "at": seen}
    kind = "CASE WHEN i % 2000 = 0 THEN 'device-conflict' WHEN i % 5 = 0 THEN 'signed-in' ELSE 'moved' END"
    refused = "upper('F' || substr(md5((-i)::text), 1, 11))"
    data = (
        f"CASE WHEN i % 2000 = 10 THEN jsonb_build_object('serial_number', {refused}) ELSE '{{}}'::jsonb END"
    )
    kind = f"CASE WHEN i % 2000 = 10 THEN 'device-refused' ELSE {kind} END"
    _insert(Event, 2 * number, about | {"kind": kind, "data": data})
    _insert(Delivery, number // 2, {
        "site_id": site,
        "channel": "'mail'",
        "kind": "'invitation'",
        "recipient": person["assigned_email"],
        "message_id": "md5(i::text)::uuid",
        "state": "CASE WHEN i % 1000 = 0 THEN 'failed' ELSE 'sent' END",
        "invitation_id": "i",
        "next_try_at": seen,
        "created_at": seen,
    })  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
    index_searches(connection)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _one_of(values: Sequence[object], every: int = 1) -> str:
    quoted = ", ".join(str(each) if isinstance(each, int) else f"'{each}'" for each in values)
    return f"(ARRAY[{quoted}])[1 + (i / {every}) % {len(values)}]"


def _reference() -> str:
    """In the letters of reference codes, another for each number."""
    size = len(ALPHABET)
    letters = (f"substr('{ALPHABET}', (1 + (i / {size**place}) % {size})::int, 1)" for place in range(8))
    return " || ".join(letters)


def _insert(model: type[models.Model], number: int, given: Mapping[str, str]) -> None:
    """Expressions by column, of ``i`` from 1 to ``number``, which is the key too; the other columns are empty."""
    fields = [each for each in model._meta.concrete_fields if not each.primary_key]
    columns = {"id": "i"} | {str(each.column): given.get(str(each.column), _empty(each)) for each in fields}
    assert given.keys() <= columns.keys(), given.keys() - columns.keys()
    names, values = ", ".join(columns), ", ".join(columns.values())
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(1::bigint, {number}) AS i"  # noqa: S608
        )
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {number})")


def _empty(field: "models.Field[object, object]") -> str:
    if field.null:
        return "NULL"
    if isinstance(field, models.JSONField):
        return f"'{'[]' if field.default is list else '{}'}'::jsonb"
    if isinstance(field, models.BooleanField):
        return "false"
    return "0" if isinstance(field, models.IntegerField) else "''"
