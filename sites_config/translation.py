"""What django-modeltranslation translates."""

from modeltranslation.translator import TranslationOptions, register

from sites_config.models import Agreement, MessageText, SiteNotice


@register(MessageText)
class MessageTextTranslation(TranslationOptions):
    fields = ("text",)


@register(Agreement)
class AgreementTranslation(TranslationOptions):
    fields = ("text",)


@register(SiteNotice)
class SiteNoticeTranslation(TranslationOptions):
    fields = ("text",)
