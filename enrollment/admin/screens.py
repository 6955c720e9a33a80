"""At which screen somebody is: nothing stores it, it follows from the answers, so it is worked out here row by row."""

from collections.abc import Iterator

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from enrollment import flow
from enrollment.explain.facts import step_of
from enrollment.models import Enrollment
from enrollment.models.moves import UNDER_WAY
from enrollment.signin.privileges import grants_column
from enrollment.steps.install import Install
from enrollment.visit import GRANTS
from sites_config.site_settings import no_site
from sites_config.texts import texts_for

# The newest attempts under way that a filter by screen looks at: two hours of a whole district.
LOOKED_AT = 5000
WAITED_AT = frozenset(step.slug for step in flow.STEPS if step.asks or step is Install)


def with_grants(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """With a column of the privileges of whoever signed in, which the screens ask for."""
    return rows.annotate(**{GRANTS: grants_column()})


def screen_of(enrollment: Enrollment) -> str:
    """The title of the screen, "" once nothing is asked any more."""
    slug = slug_of(enrollment)
    return dict(titles()).get(slug, "")


def slug_of(enrollment: Enrollment) -> str:
    step = step_of(enrollment, timezone.now())
    return step.slug if step else ""


class ScreenFilter(admin.SimpleListFilter):
    """Who is where now; of the newest attempts under way."""

    title = "screen"
    parameter_name = "screen"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(slug, title) for slug, title in titles() if slug in WAITED_AT]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
        if self.value() is None:
            return queryset
        rows = queryset.filter(status__in=UNDER_WAY, ends_at__gt=timezone.now()).order_by("-started_at")
        rows = rows.select_related("invitation", "signed_in_user", "profile")[:LOOKED_AT]
        return queryset.filter(pk__in=[row.pk for row in rows if slug_of(row) == self.value()])


def titles() -> Iterator[tuple[str, str]]:
    """In English, without the values that only a page has."""
    texts = texts_for(no_site(), "en")
    for step in flow.STEPS:
        yield step.slug, texts.plain(getattr(step.Texts, "title"), {"organization": "…", "device": "device"})  # noqa: B009
