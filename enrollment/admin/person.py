"""The people of a site's own directory."""

from django.contrib import admin

from enrollment.admin.file_import import WithImport
from enrollment.admin.person_import import PeopleImport
from enrollment.models import Person
from sites_config.admin.scoped import BY_SITE


@admin.register(Person)
class PersonAdmin(WithImport):
    """Devices keep what they were told of a person: changing or removing somebody here changes no device."""

    writable = addable = deletable = True
    file_import = PeopleImport
    list_display = ("user_name", "full_name", "email", "department", "room", "site")
    list_filter = (BY_SITE,)
    search_fields = ("user_name", "full_name", "email")
    sortable_by = ("user_name",)
    many_rows = True
    fields = (
        "site", "user_name", "full_name", "email", "department", "building", "room", "phone", "position",
    )  # fmt: skip
    list_select_related = ("site",)
    ordering = ("user_name",)

    def save_model(self, request, obj, form, change):  # type: ignore[no-untyped-def]
        obj.save()  # the folded name follows the name
