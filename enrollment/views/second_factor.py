"""Second factors of staff: authenticator app and recovery codes. Passkeys stand in passkeys.py.

allauth's own views, without what its GETs change: a secret or a challenge in the session, a mark in the database.
"""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.generic import FormView, TemplateView

from enrollment.signin.second_factor import factors_of, opened, sealed
from enrollment.views.accounts import or_busy
from enrollment.views.passkeys import OPTIONS, PasskeyForm
from sites_config.http import SiteRequest
from sites_config.second_factor import lacks_second_factor
from sites_config.staff_pages import staff_page


class Authenticate(views.AuthenticateView):  # type: ignore[misc]  # allauth has no types
    """After the password: a code, or a passkey."""

    template_name = "account/second_factor_code.html"
    webauthn_form_class = PasskeyForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if OPTIONS in request.POST:
            return JsonResponse(begin_authentication(self.stage.login.user))
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Past allauth's own, which begins with a passkey here and asks Site.domain for the host.
        context = TemplateView.get_context_data(self, **kwargs)
        form = self.form if self.form is not None and self.form.is_bound else self.auth_form
        return context | {"form": form, "has": factors_of(self.stage.login.user)}


class Confirm(views.ReauthenticateView):  # type: ignore[misc]
    """A code instead of the password, before a second factor is added or taken away."""

    template_name = "account/second_factor_confirm.html"


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The secret travels sealed in the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        self.secret = opened(self.user, self.data.get("sealed", "")) or generate_totp_secret()


class AddApp(ActivateTOTPView):  # type: ignore[misc]
    """GET says what it is; the first POST shows the QR code, the second one brings the code."""

    form_class = AppForm
    template_name = "account/second_factor_app.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs if "code" in self.request.POST else {"user": kwargs["user"]}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "code" not in request.POST:
            return self.render_to_response(self.get_context_data())  # type: ignore[no-any-return]
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.request.method != "POST":
            return FormView.get_context_data(self, **kwargs)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form = context["form"]
        return context | {"started": True, "sealed": sealed(form.user, form.secret)}

    def form_valid(self, form: AppForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        # That code is used now, too: nobody who saw it logs in with it.
        row = Authenticator.objects.get(user=form.user, type=Authenticator.Type.TOTP)
        row.wrap().validate_code(form.cleaned_data["code"])
        return response


class RemoveApp(DeactivateTOTPView):  # type: ignore[misc]
    template_name = "account/second_factor_remove.html"
    extra_context = {"what": "the authenticator app"}


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    template_name = "account/second_factor_new_codes.html"


def show_overview(request: SiteRequest) -> HttpResponse:
    lacks = lacks_second_factor(request.user, request.site)
    return render(
        request, "account/second_factor.html", {"has": factors_of(request.user), "must_set_up": lacks}
    )


@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def show_codes(request: HttpRequest) -> HttpResponse:
    """Without allauth's mark that they were seen, which a GET would set."""
    row = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    if row is None:
        return redirect("mfa_index")
    return render(request, "account/second_factor_codes.html", {"codes": row.wrap().get_unused_codes()})


authenticate = staff_page(Authenticate.as_view())
confirm = staff_page(login_required(or_busy(Confirm.as_view())))
overview = staff_page(login_required(show_overview))
add_app = staff_page(login_required(AddApp.as_view()))
remove_app = staff_page(login_required(RemoveApp.as_view()))
codes = staff_page(login_required(show_codes))
new_codes = staff_page(login_required(NewCodes.as_view()))
