"""Who shows a page, and how it gets onto the list."""

from collections.abc import Callable

from django.contrib.sites.models import Site
from django.http import HttpResponse

from sites_config.models import User
from tests import people
from tests.iphone import IPhone
from tests.moved_clock import Clock
from tests.visitor import Visitor, person_at

Show = Callable[["Gallery"], HttpResponse]


class Gallery:
    """Needs Alpha School with Alice (who may enroll) and Bob (who may not)."""

    def __init__(self, site: Site, clock: Clock, language: str = "en") -> None:
        self.site, self.clock, self.language = site, clock, language

    def visitor(self) -> Visitor:
        return Visitor(language=self.language)

    def invite(self, **columns: object) -> str:
        return people.invite(self.site, **columns)[1]

    def person(self, stage: str) -> tuple[Visitor, IPhone]:
        visitor, phone = person_at(stage, self.invite(assigned_full_name="Ana Alvarez"), clock=self.clock.now)
        visitor.headers["Accept-Language"] = self.language
        return visitor, phone

    def at_portal(self, *, may_assign: bool = False) -> Visitor:
        if may_assign:
            people.let_assign(User.objects.get(username="alice"), self.site)
        visitor = self.visitor()
        visitor.log_in()
        return visitor


PAGES: dict[str, Show] = {}


def page(show: Show) -> Show:
    PAGES[show.__name__] = show
    return show
