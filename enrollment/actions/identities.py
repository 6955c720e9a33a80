"""Identities: kept when somebody signs in, by what never changes of them."""

from datetime import datetime

from enrollment.actions.enrollments import SignIn
from enrollment.models import Identity


def keep(who: SignIn, *, site_id: int, now: datetime) -> None:
    """One row for each source and external id; a name that changed is written anew."""
    if who.entry is None:
        return
    facts = {
        "user_name": who.entry.user_name[:150],
        "full_name": who.entry.full_name[:150],
        "email": who.entry.email[:254],
        "last_seen_at": now,
    }
    Identity.objects.update_or_create(
        site_id=site_id,
        source=who.source,
        external_id=who.external_id,
        defaults=facts,
        create_defaults=facts | {"first_seen_at": now},
    )
