"""Which columns of which model name people. A new one is one line here: export and forgetting follow."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Field, Model

from enrollment.models import (
    AgreementAcceptance,
    Delivery,
    Device,
    Enrollment,
    Event,
    Identity,
    Invitation,
    ListedDevice,
    Person,
)
from sites_config.models import LoggedChange

FORGOTTEN = "forgotten"  # where a column may not be blank


@dataclass(frozen=True)
class Naming:
    """``user_names``, ``emails``: by which somebody is found; ``key``: source and external id, which never change.

    ``names`` and ``others`` go with them; a name is also looked for in JSON columns. Rows have a site.
    ``called``: under which name the export has them.
    """

    model: type[Model]
    called: str
    user_names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    key: tuple[str, str] | None = None
    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def blanked(self) -> dict[str, str]:
        """New values of the columns that identify somebody. The source stays: it says how they were known."""
        external_id = self.key[1:] if self.key else ()
        own = (*self.user_names, *self.emails, *external_id, *self.names, *self.others)
        return {name: _blank(self.model, name) for name in own if "__" not in name}


def _blank(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    return "" if (isinstance(field, Field) and field.blank) or name.endswith("_id") else FORGOTTEN


_ASSIGNED = {
    "user_names": ("assigned_user_name",),
    "emails": ("assigned_email",),
    "key": ("assigned_source", "assigned_external_id"),
    "names": ("assigned_full_name",),
}
_ASSIGNED_OTHERS = (
    "assigned_department", "assigned_building", "assigned_room", "assigned_phone", "assigned_position",
)  # fmt: skip

IDENTITY = Naming(
    Identity, "identities", ("user_name",), ("email",), ("source", "external_id"), ("full_name",)
)
PERSON = Naming(
    Person, "people", ("user_name",), ("email",), None, ("full_name",),
    ("department", "building", "room", "phone", "position"),
)  # fmt: skip
SIGNED_IN = Naming(
    Enrollment, "enrollments", key=("signed_in_source", "signed_in_id"), names=("signed_in_name",)
)
ASSIGNED = Naming(Enrollment, "enrollments", **_ASSIGNED, others=_ASSIGNED_OTHERS)  # type: ignore[arg-type]
DEVICE = Naming(Device, "devices", **_ASSIGNED, others=(*_ASSIGNED_OTHERS, "name"))  # type: ignore[arg-type]
INVITATION = Naming(
    Invitation, "invitations", ("assigned_user_name", "only_user_name"), ("email", "only_email", "sent_to"), None,
    ("assigned_full_name",), ("name", "phone"),
)  # fmt: skip
LISTED = Naming(
    ListedDevice,
    "listed_devices",
    ("owner_user_name",),
    ("owner_email",),
    None,
    ("owner_full_name",),
    ("note",),
)
DELIVERY = Naming(
    Delivery,
    "messages",
    ("invitation__assigned_user_name", "invitation__only_user_name"),
    ("recipient", "invitation__email", "invitation__only_email", "invitation__sent_to"),
    names=("invitation__assigned_full_name",),
    others=("error",),  # a mail server repeats the address in its refusal
)
ACCEPTANCE = Naming(
    AgreementAcceptance,
    "agreements_accepted",
    key=("enrollment__signed_in_source", "enrollment__signed_in_id"),
    names=("signed_in_name",),
)

NAMINGS = (IDENTITY, PERSON, SIGNED_IN, ASSIGNED, DEVICE, INVITATION, LISTED, DELIVERY, ACCEPTANCE)
# Rows that are about nothing but the person.
DELETED = (Identity, Person)
# Texts and JSON in which a name may stand: what people typed into searches, what devices call themselves, and what
# was written of changes in the administration.
JSON_COLUMNS: Mapping[type[Model], tuple[str, ...]] = {
    Enrollment: ("answers", "claimed"),
    Event: ("data",),
    Delivery: ("data",),
    LoggedChange: ("subject", "told"),
}
