"""Every URL pattern of the admin, by name, as the URLconf has it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.admin.world import registered


@dataclass(frozen=True)
class Pattern:
    """``model``: the one whose ModelAdmin has it; ``route``: as written, below ``/admin/<app>/<model>/``."""

    name: str
    route: str
    model: type[Model] | None = None


def patterns() -> Iterator[Pattern]:
    """Asked of the resolver itself, so that nothing mounted can be missing."""
    resolver = next(
        each for each in get_resolver().url_patterns if getattr(each, "namespace", None) == "admin"
    )
    assert isinstance(resolver, URLResolver)
    by_prefix = {f"{model._meta.app_label}/{model._meta.model_name}/": model for model in registered()}
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield Pattern(str(each.name), str(each.pattern))
        else:
            yield from _of_model(each, by_prefix[str(each.pattern)])


def _of_model(resolver: URLResolver, model: type[Model]) -> Iterator[Pattern]:
    prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
    for each in resolver.url_patterns:
        assert isinstance(each, URLPattern)
        yield Pattern(str(each.name).removeprefix(prefix), str(each.pattern), model)


def url_of(pattern: Pattern, **values: object) -> str:
    """The pattern's URL with its converters filled, such as ``object_id=7``."""
    assert pattern.model is not None
    base = reverse(f"admin:{pattern.model._meta.app_label}_{pattern.model._meta.model_name}_changelist")
    route = pattern.route.lstrip("^").rstrip("$")
    for name, value in values.items():
        for converter in ("path:", "slug:", "int:", "str:", ""):
            route = route.replace(f"<{converter}{name}>", str(value))
    assert "<" not in route, f"a value is missing for {pattern}"
    return base + route


def buttons(model: type[Model]) -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(admin.site.get_model_admin(model), "buttons", ())
    return found
