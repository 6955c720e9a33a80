"""What the help desk gives and says: the page of the code, and a notice."""

from datetime import timedelta

from django.http import HttpResponse

from sites_config.models import SiteNotice
from tests.gallery_pages.base import Gallery, page

CALM = "The Wi-Fi in **building B** is down until noon. Please enroll in the library."
CALM_IN_ARABIC = "شبكة Wi-Fi في **المبنى ب** متوقفة حتى الظهر. يرجى التسجيل في المكتبة."
URGENT_IN_ARABIC = "ينتهي التسجيل اليوم الساعة 16:00. [اتصل بنا](tel:+15550100) إن كان ذلك مبكرًا عليك."
URGENT = "Enrollment stops at 16:00 today. [Call us](tel:+15550100) if that is too early for you."


@page
def code(at: Gallery) -> HttpResponse:
    return at.visitor().get("/code/")


@page
def code_missing(at: Gallery) -> HttpResponse:
    visitor = at.visitor()
    visitor.get("/code/")
    return visitor.post("/code/", {"code": ""})


@page
def code_refused(at: Gallery) -> HttpResponse:
    visitor = at.visitor()
    visitor.get("/code/")
    return visitor.post("/code/", {"code": "ABCD-EFGH"})


@page
def code_wait(at: Gallery) -> HttpResponse:
    visitor = at.visitor()
    visitor.get("/code/")
    return [visitor.post("/code/", {"code": "ABCD-EFGH"}) for _try in range(12)][-1]


@page
def log_in_with_notices(at: Gallery) -> HttpResponse:
    notice(at, CALM, CALM_IN_ARABIC, "info")
    notice(at, URGENT, URGENT_IN_ARABIC, "warning")
    return at.visitor().get("/enroll/")


def notice(at: Gallery, words: str, arabic: str, severity: str) -> None:
    begin = at.clock.time - timedelta(hours=1)
    SiteNotice.objects.create(
        site=at.site,
        severity=severity,
        starts_at=begin,
        ends_at=begin + timedelta(hours=8),
        text_en=words,
        text_ar=arabic,
    )
