"""Whom a directory or an identity provider knows, as somebody who signed in."""

from enrollment.actions.enrollments import SignIn
from enrollment.directories.entry import Entry
from enrollment.models import SignInMethod

LONGEST_NAME = 150  # characters, the width of the enrollment's column
LONGEST_ID = 200  # characters, the width of the identity's column


def signed_in(method: SignInMethod, entry: Entry) -> SignIn:
    return SignIn(
        method=method,
        source=entry.source,
        external_id=entry.external_id,
        name=(entry.full_name or entry.user_name or entry.email)[:LONGEST_NAME],
        user=None,
        entry=entry,
    )
