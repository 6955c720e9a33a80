"""The list of languages, where a site has more than fit under a page."""

from django.utils.translation import gettext_noop as _

from sites_config.texts import Message


class Texts:
    title = Message("language.title", _("Choose your language"))
    back = Message("language.back", _("Back"))
