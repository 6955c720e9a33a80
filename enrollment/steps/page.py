"""What every page's template is given: texts, frame, progress, support, languages."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from enrollment.mdm.inventory import family
from enrollment.models import Enrollment, Status
from enrollment.models.moves import OPEN
from enrollment.steps.browsers import Kind, kind_of
from enrollment.steps.frame import FrameTexts
from enrollment.steps.inline import inlined
from sites_config.colors import ACCENT, accent
from sites_config.http import SiteRequest
from sites_config.logos import logo_of
from sites_config.names import organization_in, support_in
from sites_config.notices import notices_of
from sites_config.references import spoken
from sites_config.site_settings import SiteSettings
from sites_config.texts import ScreenTexts, Texts, Words, direction, native_names, texts_for

AS_BUTTONS = 4  # languages


@dataclass
class Page:
    """One page for one request. ``enrollment`` may be unsaved or missing; ``values`` fill the screen's placeholders."""

    request: SiteRequest
    site: SiteSettings
    declared: type
    title: str = "title"
    enrollment: Enrollment | None = None
    values: dict[str, object] = field(default_factory=dict)
    position: tuple[int, int] | None = None

    def context(self) -> dict[str, Any]:
        texts = texts_for(self.site, self.request.language)
        values = self._values(texts)
        screen = ScreenTexts(self.declared, texts, values, self.request.device_language)
        return {
            "texts": screen,
            "frame": ScreenTexts(FrameTexts, texts, values),
            "page": self._page(screen, values),
            "inline_css": inlined().css,
            "forms_css": inlined().forms_css,
            "inline_js": inlined().js,
            "link_css": inlined().link_css,
            "link_js": inlined().link_js,
            "leave_js": inlined().leave_js,
            "accent_css": accent_css(self.site),
            "notices": notices_of(self.site, self.request.language, now=timezone.now()),
            "notice_css": inlined().notice_css,
        }

    def _values(self, texts: Texts) -> dict[str, object]:
        current, total = self.position or (0, 0)
        any_support = Words(texts.resolve(FrameTexts.any_support))
        return {
            "organization": self._organization,
            "device": device_word(self.request, self.enrollment) or texts.resolve(FrameTexts.any_device),
            "support": self._support or any_support,
            "reference": self.reference,
            "signed_in_as": self._signed_in_as,
            "current": current,
            "total": total,
            **self.values,
        }

    @property
    def reference(self) -> str:
        """The enrollment's code, or this request's when there is no enrollment."""
        saved = self.enrollment is not None and self.enrollment.pk is not None
        return spoken(self.enrollment.reference if saved and self.enrollment else self.request.reference)

    @property
    def _few_languages(self) -> bool:
        """Then they stand at the foot of the page, else on a page of their own."""
        return len(self.site.languages) <= AS_BUTTONS

    @property
    def _organization(self) -> str:
        return organization_in(self.site, self.request.language)

    @property
    def _support(self) -> str:
        return support_in(self.site, self.request.language)

    @property
    def _is_over(self) -> bool:
        return self.enrollment is not None and self.enrollment.status == Status.ENROLLED

    @property
    def _browser(self) -> Kind:
        return kind_of(self.request.headers.get("User-Agent", ""))

    @property
    def _may_go_elsewhere(self) -> bool:
        """In Safari on the device itself there is no reason to."""
        is_open = self.enrollment is not None and self.enrollment.status in OPEN
        return is_open and self._browser is not Kind.SAFARI

    @property
    def _signed_in_as(self) -> str:
        return self.enrollment.signed_in_name if self.enrollment else ""

    def _page(self, screen: ScreenTexts, values: dict[str, object]) -> SimpleNamespace:
        own = f"/enroll/{self.enrollment.public_id}" if self.enrollment and self.enrollment.pk else ""
        return SimpleNamespace(
            title=screen[self.title],
            lead=screen["lead"] if hasattr(self.declared, "lead") else "",
            language=self.request.language,
            direction=direction(self.request.language),
            organization=self._organization,
            progress=progress(self.position),
            reference=self.reference,
            signed_in_as=self._signed_in_as,
            logout_url=f"{own}/log-out" if own else "",
            start_over_url=f"{own}/start-over" if own and not self._is_over else "",
            hand_over_url=f"{own}/hand-over" if own and self._may_go_elsewhere else "",
            on_a_mac=self._browser is Kind.MAC,
            support=SimpleNamespace(
                name=self._support,
                phone=self.site.support_phone,
                email=self.site.support_email,
                url=self.site.support_url,
            ),
            privacy_url=self.site.privacy_url,
            logo=logo_of(self.site),
            languages=native_names(self.site.languages) if self._few_languages else (),
            languages_url=""
            if self._few_languages
            else f"/language?{urlencode({'next': self.request.path})}",
            here=self.request.path,
        )


def progress(position: tuple[int, int] | None) -> SimpleNamespace | None:
    """Segments "done", "now", "todo" for the bar."""
    if position is None:
        return None
    current, total = position
    words = ["done"] * (current - 1) + ["now"] + ["todo"] * (total - current)
    return SimpleNamespace(current=current, total=total, segments=words)


def device_word(request: SiteRequest, enrollment: Enrollment | None) -> str:
    """What the check-in said ("iPad"), else what the browser says, else "": iPads claim to be Macs."""
    claimed = enrollment.claimed if enrollment else {}
    told = family(str(claimed.get("product_name") or claimed.get("model_name") or ""))
    agent = request.headers.get("User-Agent", "")
    return told or next((word for word in ("iPhone", "iPad") if word in agent), "")


def render(page: Page, template: str, extra: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page as an answer, with its policy."""
    response = TemplateResponse(page.request, template, page.context() | extra, status=status)
    return with_policy(response, accent_css(page.site))


def with_policy(response: HttpResponse, accent: str = "") -> HttpResponse:
    """Allows exactly our own style and script and the site's colors, by hash."""
    response.headers["Content-Security-Policy"] = inlined().policy(accent)
    return response


def accent_css(site: SiteSettings) -> SafeString:
    """The site's colors in place of the built-in ones; "" for these."""
    if not ACCENT.fullmatch(site.accent_color):  # never into a style what is not a color
        return mark_safe("")
    return mark_safe(accent(site.accent_color).css)  # noqa: S308
