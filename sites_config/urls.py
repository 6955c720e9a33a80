"""The URLs of the installation; enrollment mounts by name, because the arrow points the other way."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("enrollment.urls")),
]

handler400 = "enrollment.views.errors.bad_request"
handler403 = "enrollment.views.errors.forbidden"
handler404 = "enrollment.views.errors.not_found"
handler500 = "enrollment.views.errors.server_error"
handler429 = "enrollment.views.accounts.too_many"  # allauth's name for what answers a rate limit
