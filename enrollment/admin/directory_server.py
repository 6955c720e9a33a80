"""LDAP servers of a site: write-only secrets, and a test that says the real reason."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from enrollment.admin.secrets import SecretsAdmin, SecretsForm, secret_field
from enrollment.admin.upload import SecretTextarea
from enrollment.directories.entry import DirectoryUnavailable, Entry
from enrollment.directories.ldap import connection, lookup
from enrollment.directories.ldap.probe import probe
from enrollment.models import DirectoryServer
from enrollment.models.directory_server import ATTRIBUTES, GOES_ELSEWHERE, DirectoryKind, GroupKind
from sites_config.admin.buttons import button, may_change
from sites_config.admin.pages import form_page
from sites_config.admin.scoped import BY_SITE

DEFAULTS: dict[str, dict[str, str]] = {
    DirectoryKind.ACTIVE_DIRECTORY: {
        "user_filter": "(&(objectCategory=person)(objectClass=user)(sAMAccountName=%(user)s))",
        "id_attribute": "objectGUID",
        "user_name_attribute": "sAMAccountName",
        "full_name_attribute": "displayName",
        "department_attribute": "department",
        "building_attribute": "physicalDeliveryOfficeName",
        "group_kind": GroupKind.IN_CHAIN,
        "group_id_attribute": "objectGUID",
    },
    DirectoryKind.GOOGLE: {
        "id_attribute": "uid",
        "user_name_attribute": "uid",
        "full_name_attribute": "displayName",
    },
}


class LookUpForm(forms.Form):
    user_name = forms.CharField(max_length=lookup.LONGEST_NAME, help_text="Exactly.")


class ServerForm(SecretsForm):
    secrets: ClassVar[dict[str, str]] = {
        "bind_password": "bind_password_encrypted",
        "client_key": "client_key_encrypted",
    }
    bind_password = secret_field()
    client_key = secret_field("PEM, of the client certificate.", SecretTextarea())


def in_rows(who: Entry) -> list[tuple[str, str]]:
    """(label, text) of what a directory says of somebody."""
    labels = {name: name.replace("_", " ").capitalize() for name in ATTRIBUTES} | {"external_id": "ID"}
    groups = sorted(f"{group.name} (ID {group.id})" for group in who.groups)
    return [
        *((label, str(getattr(who, name))) for name, label in labels.items()),
        ("Groups", "\n".join(groups) or "none"),
    ]


@admin.register(DirectoryServer)
class DirectoryServerAdmin(SecretsAdmin):
    """A child site is served by its parent's directories too."""

    form = ServerForm
    goes_elsewhere = GOES_ELSEWHERE
    writable = addable = True
    buttons = ("test", "look_up")
    list_display = ("name", "site", "kind", "hosts", "tls", "enabled", "sign_in", "position")
    list_filter = (BY_SITE, "kind", "enabled")
    search_fields = ("name", "hosts")
    list_select_related = ("site",)
    ordering = ("site", "position")
    fieldsets = (
        (None, {"fields": ("site", "name", "kind", "enabled", "sign_in", "position")}),
        (
            "Connection",
            {
                "fields": (
                    "hosts", "tls", "ca_pem", "bind_dn", "bind_password", "client_certificate_pem", "client_key",
                    "timeout_seconds",
                ),
                "description": "Changing hosts, encryption or the CA certificate erases the stored password and key: "
                "enter them once more.",
            },
        ),
        (
            "People",
            {
                "fields": (
                    "user_base", "user_filter", "id_attribute", "user_name_attribute", "full_name_attribute",
                    "email_attribute", "department_attribute", "building_attribute", "room_attribute",
                    "phone_attribute", "position_attribute",
                )
            },
        ),
        (
            "Groups",
            {
                "fields": (
                    "group_base", "group_kind", "group_id_attribute", "group_name_attribute", "nested_groups",
                ),
                "description": "For access groups. “Test look-up” shows which groups somebody is in.",
            },
        ),
    )  # fmt: skip

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """``?kind=active-directory``: what such a directory mostly has."""
        given = super().get_changeform_initial_data(request)
        return DEFAULTS.get(str(given.get("kind")), {}) | given

    @button("Test connection", may_change)
    def test(self, request: HttpRequest, server: DirectoryServer) -> None:
        try:
            found = probe(server)
        except DirectoryUnavailable as reason:
            messages.error(request, f"It does not work: {reason}.")
            return
        if found:
            messages.success(request, "It works: connected, bound, and the search base is there.")
        else:
            messages.error(request, "Connected and bound, but the search base can't be seen.")

    @button("Test look-up", may_change)
    def look_up(self, request: HttpRequest, server: DirectoryServer) -> HttpResponse:
        """What the server knows of one person, by the exact user name; who asked for whom is recorded."""
        form = LookUpForm(request.POST if "user_name" in request.POST else None)
        found: list[tuple[str, str]] = []
        if form.is_valid():
            found = self._looked_up(request, server, form.cleaned_data["user_name"])
        return form_page(
            self,
            request,
            title=f"Test look-up in {server}",
            words="Shows what the directory says of somebody, and their groups. It is recorded in the history.",
            form=form,
            press="Look up",
            back=self.change_url(server),
            found=found,
        )

    def _looked_up(self, request: HttpRequest, server: DirectoryServer, name: str) -> list[tuple[str, str]]:
        connection.forget()
        self.log_change(request, server, f"Looked up {name}.")
        try:
            people = lookup.search(server, name, groups=True) if lookup.askable(name) else []
        except DirectoryUnavailable as reason:
            return [("It does not work", str(reason))]
        if len(people) != 1:
            return [("Found", "more than one, which is as good as nobody" if people else "nobody")]
        return in_rows(people[0])
