"""Rows that have a story at the help desk."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from sites_config.admin.buttons import AdminWithButtons
from sites_config.admin.scoping import may
from sites_config.models import Privilege


class WithStory(AdminWithButtons):
    """``story_kind`` as in the story's URL. A button that was pressed there leads back there."""

    story_kind: str

    def story_url(self, obj: Any) -> str:
        return reverse("admin:help_story", args=[self.story_kind, obj.pk])

    def tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        opens = may(request.user, obj, also=(Privilege.HELP_PEOPLE,))
        story = [("In plain words", self.story_url(obj))] if opens else []
        return [*story, *super().tools(request, obj)]

    def after_press(self, request: HttpRequest, obj: Any) -> str:
        return self.story_url(obj) if "story" in request.POST else super().after_press(request, obj)
