"""Every URL of browser and device on one page."""

from django.urls import path
from django.views.generic import RedirectView

from enrollment.views import (
    accounts,
    code,
    gate,
    hand_over,
    language,
    logo,
    mdm,
    passkeys,
    profile,
    safari,
    saml,
    scep,
    second_factor,
    sign_in,
    welcome,
)

to_portal = RedirectView.as_view(url="/enroll/", query_string=True)

urlpatterns = [
    # Safari
    path("", to_portal, name="root"),
    path("enroll", to_portal, name="portal-without-slash"),
    path("enroll/", safari.Portal.as_view(), name="portal"),
    path("i/<str:token>", welcome.Welcome.as_view(), name="invitation"),
    path("code", RedirectView.as_view(url="/code/"), name="code-without-slash"),
    path("code/", code.EnterCode.as_view(), name="code"),
    path("enroll/<slug:public_id>/", safari.Screen.as_view(), name="enrollment"),
    path("enroll/<slug:public_id>/status", safari.status, name="status"),
    path("enroll/<slug:public_id>/ca.mobileconfig", profile.ca_certificate, name="ca-profile"),
    path("enroll/<slug:public_id>/ca-status", safari.ca_status, name="ca-status"),
    path("enroll/<slug:public_id>/log-out", safari.log_out, name="log-out"),
    path("enroll/<slug:public_id>/start-over", safari.start_over, name="start-over"),
    path("enroll/<slug:public_id>/signed-in", sign_in.returned_from_saml, name="saml-return"),
    path("enroll/<slug:public_id>/hand-over", hand_over.Offer.as_view(), name="offer-hand-over"),
    path("h/<str:token>", hand_over.Take.as_view(), name="take-hand-over"),
    path("enroll/<slug:public_id>/<slug:slug>/", safari.Screen.as_view(), name="screen"),
    path("language", language.Languages.as_view(), name="language"),
    path("logo/<slug:sha256>.png", logo.logo, name="logo"),
    path("go-on-here", gate.go_on_here, name="go-on-here"),
    # Back from identity providers. These are registered there.
    path("accounts/oidc/<int:number>/return", sign_in.returned_from_openid, name="openid-return"),
    path("accounts/saml/<int:number>/metadata", saml.Metadata.as_view(), name="saml-metadata"),
    path("accounts/saml/<int:number>/acs", saml.consumer, name="saml-consumer"),
    path("accounts/saml/<int:number>/logout", saml.logged_out, name="saml-logout"),
    # Staff, on their way to the admin. The names are allauth's, which reverses them.
    path("accounts/login/", accounts.log_in, name="account_login"),
    path("accounts/login/passkey/", passkeys.log_in, name="mfa_login_webauthn"),
    path("accounts/logout/", accounts.log_out, name="account_logout"),
    path("accounts/password/change/", accounts.change_password, name="account_change_password"),
    path("accounts/password/set/<str:uid>/<str:token>/", accounts.set_password, name="account_set_password"),
    path("accounts/confirm/", accounts.confirm, name="account_reauthenticate"),
    path("accounts/second-factor/", second_factor.overview, name="mfa_index"),
    path("accounts/second-factor/code/", second_factor.authenticate, name="mfa_authenticate"),
    path("accounts/second-factor/confirm/", second_factor.confirm, name="mfa_reauthenticate"),
    path("accounts/second-factor/app/", second_factor.add_app, name="mfa_activate_totp"),
    path("accounts/second-factor/app/remove/", second_factor.remove_app, name="mfa_deactivate_totp"),
    path("accounts/second-factor/codes/", second_factor.codes, name="mfa_view_recovery_codes"),
    path("accounts/second-factor/codes/new/", second_factor.new_codes, name="mfa_generate_recovery_codes"),
    path("accounts/second-factor/passkey/", passkeys.add, name="mfa_add_webauthn"),
    path("accounts/second-factor/passkey/confirm/", passkeys.confirm, name="mfa_reauthenticate_webauthn"),
    path("accounts/second-factor/passkey/<int:pk>/remove/", passkeys.remove, name="mfa_remove_webauthn"),
    # The device. These never change: they stand in profiles that live for years.
    path("p/<str:token>.mobileconfig", profile.download, name="profile"),
    path("scep/<slug:authority>", scep.Scep.as_view(), name="scep"),
    path("mdm/check-in", mdm.CheckIn.as_view(), name="mdm-check-in"),
    path("mdm/connect", mdm.Connect.as_view(), name="mdm-connect"),
]
