"""Webhooks: which program is told of what."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrollment.actions.webhooks import new_secret, secret_in_words
from enrollment.models import Webhook, WebhookEvent
from enrollment.outbox.mail import ServerDown
from enrollment.outbox.webhook import send
from sites_config.admin.buttons import AdminWithButtons, actor, button, may_change
from sites_config.admin.pages import link_page
from sites_config.admin.scoped import BY_SITE, RowForm
from sites_config.secrets import Undecryptable
from sites_config.told_changes import told_changes


class WebhookForm(RowForm):
    events = forms.MultipleChoiceField(
        choices=WebhookEvent.choices, widget=forms.CheckboxSelectMultiple, initial=WebhookEvent.values
    )


@admin.register(Webhook)
class WebhookAdmin(AdminWithButtons):
    """What is sent stands under Deliveries."""

    form = WebhookForm
    writable = addable = deletable = True
    buttons = ("test", "show_secret", "renew_secret")
    list_display = ("name", "site", "url", "enabled")
    list_filter = (BY_SITE, "enabled")
    search_fields = ("name", "url")
    list_select_related = ("site",)
    ordering = ("site", "name")
    fields = ("site", "name", "url", "events", "enabled")

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:  # type: ignore[override]
        if not change:
            obj.secret_encrypted = new_secret()
        super().save_model(request, obj, form, change)

    @button("Send a test", may_change)
    def test(self, request: HttpRequest, webhook: Webhook) -> None:
        now = timezone.now()
        data = {"type": "test", "timestamp": now.isoformat(), "data": {}}
        try:
            status = send(webhook, f"msg_{uuid.uuid4().hex}", data, now=now)
        except (ServerDown, Undecryptable) as reason:
            messages.error(request, f"It does not work: {reason}")
            return
        tell = messages.success if 200 <= status < 300 else messages.error
        tell(request, f"It answered {status}.")

    @button("Show secret", may_change)
    def show_secret(self, request: HttpRequest, webhook: Webhook) -> HttpResponse | None:
        try:
            secret = secret_in_words(webhook)
        except Undecryptable as error:
            messages.error(request, str(error))
            return None
        self.log_change(request, webhook, "Showed its secret.")
        return link_page(
            self,
            request,
            title=f"Secret of the webhook “{webhook.name}”",
            words="Give it to the program that receives: by it that knows that a message is from here.",
            link=secret,
            back=self.change_url(webhook),
        )

    @button("New secret", may_change)
    def renew_secret(self, request: HttpRequest, webhook: Webhook) -> None:
        told = told_changes(webhook.site, Webhook, user=actor(request), now=timezone.now())
        with transaction.atomic(), told:
            webhook.secret_encrypted = new_secret()
            webhook.save(update_fields=["secret_encrypted"])
        messages.success(request, "From now on messages are signed with a new secret.")
