"""Passkeys of staff: add, remove, log in, confirm. The script asks for the challenge by POST, because it is kept in the
session and a GET changes nothing."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal.auth import begin_authentication, begin_registration
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy

from enrollment.signin.second_factor import MALFORMED
from enrollment.signin.staff import LocalStaffBackend
from sites_config.staff_pages import staff_page

OPTIONS = "options"  # the field by which the script asks for a challenge


class Careful(forms.Form):
    """What no authenticator sends is refused like a wrong code; allauth lets much of it through as a fault of ours."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeyForm(Careful, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass


class ConfirmForm(Careful, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class LogInForm(Careful, LoginWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Authenticator:
        """Not for a closed account: allauth would look for a page of its own."""
        found = super().clean_credential()
        if not LocalStaffBackend().user_can_authenticate(found.user):
            raise get_adapter().validation_error("incorrect_code")
        return found


class AddForm(AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None
        return cleaned


class Add(views.AddWebAuthnView):  # type: ignore[misc]
    form_class = AddForm
    template_name = "account/passkey_add.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if OPTIONS in request.POST:
            # Every passkey is one that logs in without a password: it asks for a finger, a face or a PIN.
            return JsonResponse(begin_registration(request.user, passwordless=True))
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super(views.AddWebAuthnView, self).get_context_data(**kwargs)
        return context


class Remove(views.RemoveWebAuthnView):  # type: ignore[misc]
    template_name = "account/second_factor_remove.html"
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"what": f"“{self.object}”"}


class LogIn(views.LoginWebAuthnView):  # type: ignore[misc]
    """Without a name and a password; the passkey itself asks who it is."""

    form_class = LogInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if OPTIONS in request.POST:
            return JsonResponse(begin_authentication())
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]

    def form_invalid(self, form: LogInForm) -> HttpResponse:
        return redirect(reverse("account_login") + "?passkey=refused")


class Confirm(views.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """A passkey instead of the password, before a second factor is added or taken away."""

    form_class = ConfirmForm
    template_name = "account/passkey_confirm.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if OPTIONS in request.POST:
            return JsonResponse(begin_authentication(request.user))
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]

    def form_invalid(self, form: ConfirmForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super(views.ReauthenticateWebAuthnView, self).get_context_data(**kwargs)
        return context


def log_in_by_post(request: HttpRequest) -> HttpResponse:
    """allauth counts every method as an attempt."""
    if request.method != "POST":
        return redirect("account_login")
    answer: HttpResponse = LogIn.as_view()(request)
    return answer


add = staff_page(login_required(Add.as_view()))
remove = staff_page(login_required(Remove.as_view()))
confirm = staff_page(login_required(Confirm.as_view()))
log_in = staff_page(log_in_by_post)
