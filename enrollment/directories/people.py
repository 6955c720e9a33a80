"""The directory that is a table here, edited in admin or imported from a file."""

from enrollment.directories.entry import Entry
from enrollment.models import Person
from enrollment.models.person import folded


def find(user_name: str, sites: frozenset[int]) -> list[Entry]:
    """At most two: more than one is as good as none."""
    rows = Person.objects.filter(site__in=sites, user_name_folded=folded(user_name))
    return [
        Entry(
            source=f"people:{row.site_id}",
            external_id=str(row.pk),
            user_name=row.user_name,
            full_name=row.full_name,
            email=row.email,
            department=row.department,
            building=row.building,
            room=row.room,
            phone=row.phone,
            position=row.position,
        )
        for row in rows[:2]
    ]
