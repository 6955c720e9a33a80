"""LDAP servers of a site: write-only secrets, and a test that says the real reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from enrollment.admin.upload import SecretTextarea
from enrollment.directories.entry import DirectoryUnavailable, Entry
from enrollment.directories.ldap import connection, lookup
from enrollment.models import DirectoryServer
from enrollment.models.directory_server import ATTRIBUTES, DirectoryKind, GroupKind
from sites_config.admin.buttons import AdminWithButtons, button, may_change
from sites_config.admin.pages import form_page
from sites_config.admin.scoped import BY_SITE, RowForm
from sites_config.secrets import encrypt

# Whoever could change one of these could have the stored secrets sent to a server of their own.
GOES_ELSEWHERE = ("hosts", "tls", "ca_pem")
SECRETS = {"bind_password": "bind_password_encrypted", "client_key": "client_key_encrypted"}
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


class ServerForm(RowForm):
    bind_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Never shown. Blank: as it is.",
    )
    client_key = forms.CharField(
        required=False,
        widget=SecretTextarea(),
        help_text="PEM, of the client certificate. Never shown. Blank: as it is.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in SECRETS:
            if cleaned.get(name) and "\0" in cleaned[name]:
                raise forms.ValidationError({name: "It contains a character that no password has."})
        return cleaned


def _goes_elsewhere(server: DirectoryServer) -> bool:
    """Compared without the blanks around, which forms take away."""
    before = DirectoryServer.objects.get(pk=server.pk)
    return any(
        str(getattr(before, name)).strip() != str(getattr(server, name)).strip() for name in GOES_ELSEWHERE
    )


def in_rows(who: Entry) -> list[tuple[str, str]]:
    """(label, text) of what a directory says of somebody."""
    labels = {name: name.replace("_", " ").capitalize() for name in ATTRIBUTES} | {"external_id": "ID"}
    groups = sorted(f"{group.name} (ID {group.id})" for group in who.groups)
    return [
        *((label, str(getattr(who, name))) for name, label in labels.items()),
        ("Groups", "\n".join(groups) or "none"),
    ]


@admin.register(DirectoryServer)
class DirectoryServerAdmin(AdminWithButtons):
    """A child site is served by its parent's directories too."""

    form = ServerForm
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

    def save_model(self, request: HttpRequest, obj: DirectoryServer, form: Any, change: bool) -> None:  # type: ignore[override]
        if change and _goes_elsewhere(obj):
            obj.bind_password_encrypted = obj.client_key_encrypted = b""
        for name, column in SECRETS.items():
            if form.cleaned_data.get(name):
                setattr(obj, column, encrypt(form.cleaned_data[name].encode()))
        obj.save()

    @button("Test connection", may_change)
    def test(self, request: HttpRequest, server: DirectoryServer) -> None:
        connection.forget()
        try:
            with connection.connected(server) as bound:
                found = bound.search_ext_s(server.user_base, 0, "(objectClass=*)", ["1.1"])
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
