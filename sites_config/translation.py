"""What django-modeltranslation translates."""

from modeltranslation.translator import TranslationOptions, register

from sites_config.models import MessageText


@register(MessageText)
class MessageTextTranslation(TranslationOptions):
    fields = ("text",)
