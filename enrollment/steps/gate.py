"""The page for whoever opened the link where no profile can be installed; before anybody starts or logs in."""

from django.utils.translation import gettext_noop as _

from sites_config.texts import Message


class LinkTexts:
    """Around a link that goes on to another browser."""

    address = Message("link.address", _("Address of this page"))
    copy = Message("link.copy", _("Copy"))
    copied = Message("link.copied", _("Copied"))
    scan = Message("link.scan", _("Point the camera of the iPhone or iPad at this code"))
    code = Message("link.code", _("QR code of the link"))
    or_type = Message("link.or-type", _("Or open this address in Safari there:"))


class GateTexts(LinkTexts):
    """Of both gates: ways on from here."""

    anyway = Message("gate.anyway", _("Go on in this browser (demonstration)"))
    go_on = Message("gate.go-on", _("Go on with what you began"))
    go_on_help = Message(
        "gate.go-on-help", _("You began in this browser; a link takes your answers along to Safari.")
    )


class SafariTexts(GateTexts):
    """On the device, in another browser or inside an app."""

    title = Message("gate-safari.title", _("Open this page in Safari"))
    lead = Message(
        "gate-safari.lead",
        _("Only Safari can install what enrolls this {device} with {organization}."),
        placeholders=("device", "organization"),
    )
    copy_first = Message("gate-safari.copy-first", _("Copy the link"))
    open_safari = Message(
        "gate-safari.open-safari", _("Go to the Home Screen and open Safari"), ios=("Home Screen",)
    )
    paste = Message(
        "gate-safari.paste",
        _("Hold your finger on the address bar, then tap Paste and Go"),
        ios=("Paste and Go",),
    )
    in_app = Message("gate-safari.in-app", _("Are you reading this inside an app?"))
    in_app_help = Message(
        "gate-safari.in-app-help",
        _("Its menu (••• or Share) often has “Open in Safari” or “Open in Browser”."),
        ios=("Share", "Open in Safari"),
    )
    wifi = Message("gate-safari.wifi", _("Did this window open by itself when you joined a Wi-Fi?"))
    wifi_help = Message(
        "gate-safari.wifi-help",
        _("Log in to the network there, close the window, then open the link in Safari."),
    )


class DeviceTexts(GateTexts):
    """On a computer, or on a phone of another maker."""

    title = Message("gate-device.title", _("Open this on the iPhone or iPad"))
    lead = Message(
        "gate-device.lead",
        _("Enrollment with {organization} happens on the device itself, in Safari."),
        placeholders=("organization",),
    )


class MacTexts(LinkTexts):
    """Beside a screen: whether it is a Mac or an iPad, only the browser itself can tell."""

    is_mac = Message("gate-mac.is-mac", _("Is this a Mac?"))
    is_mac_help = Message(
        "gate-mac.is-mac-help", _("Open this page on the iPhone or iPad you want to enroll.")
    )
    use_safari = Message("gate-mac.use-safari", _("Please use Safari"))
    use_safari_help = Message(
        "gate-mac.use-safari-help",
        _("Other browsers cannot install what enrolls this iPad: copy the link and open it in Safari."),
    )
