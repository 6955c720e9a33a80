"""The rules for what is over and for what the device does: in most of them a status that lasts too long."""

from datetime import timedelta

from enrollment.actions.endings import WHY_CANCELLED, WHY_RELEASED
from enrollment.actions.invitations import WHY_REVOKED
from enrollment.explain.cause import Rules
from enrollment.explain.facts import Facts, is_over
from enrollment.models import EventKind, FailureReason, Status

RULES = Rules()
cause = RULES.cause

# --- it is over, well or not ------------------------------------------------------------------------------------------


@cause(
    "The device is enrolled here, and an earlier enrollment of it spoke since: it may be restored from a backup, "
    "or a second device says that it is this one.",
    "Your device is enrolled. I will look into a message that it sent, and call you back if there is anything to do.",
)
def enrolled_with_conflict(facts: Facts) -> bool:
    return facts.status == Status.ENROLLED and facts.last(EventKind.DEVICE_CONFLICT) is not None


@cause("Nothing is missing: the device is enrolled.", "Your device is set up. You can close the page.")
def enrolled(facts: Facts) -> bool:
    return facts.status == Status.ENROLLED


@cause(
    "The same device was enrolled once more later: look at the newer enrollment.",
    "This is an older page of yours. Your device was enrolled again since; close this page.",
)
def superseded(facts: Facts) -> bool:
    return facts.status == Status.SUPERSEDED


@cause(
    "Somebody removed the profile in Settings, so the device left management.",
    "The profile was removed from the device. Please open the enrollment page and enroll it again.",
)
def checked_out(facts: Facts) -> bool:
    return facts.status == Status.CHECKED_OUT


@cause(
    "They said that the device is their own, and were told how to sign in with their work or school account.",
    "For a device of your own you sign in in “Settings”, under “General” and “VPN & Device Management”.",
)
def told_how(facts: Facts) -> bool:
    return facts.status == Status.INSTRUCTED


@cause(
    "The device is registered and assigned to somebody else, and the site restricts who may enroll it again.",
    "This device still belongs to somebody else in our list. I will release it; then tap Try Again.",
)
def somebody_elses(facts: Facts) -> bool:
    return facts.enrollment.failure_reason == FailureReason.NOT_THEIRS


@cause(
    "The invitation is for one serial number, and the device says another one. The use came back.",
    "This invitation is for another device. Tell me the serial number that “Settings”, “General”, “About” shows.",
)
def wrong_device(facts: Facts) -> bool:
    return facts.enrollment.failure_reason == FailureReason.WRONG_DEVICE


@cause(
    "The site takes devices of its list only, and this serial number is not on it: the timeline has the number.",
    "Your device is not in our list yet. I will look at its number and add it; then tap Try Again.",
)
def not_listed(facts: Facts) -> bool:
    return facts.enrollment.failure_reason == FailureReason.NOT_LISTED


@cause(
    "The person has as many devices as the site allows one person to have.",
    "You have as many devices as one person may have here. Tell me which of them you do not use any more.",
)
def too_many_devices(facts: Facts) -> bool:
    return facts.enrollment.failure_reason == FailureReason.TOO_MANY_DEVICES


@cause(
    "Its version of iOS is older than the site allows.",
    "Update the device first: “Settings”, “General”, “Software Update”. Then open the page again and tap Try Again.",
)
def os_too_old(facts: Facts) -> bool:
    return facts.enrollment.failure_reason == FailureReason.OS_TOO_OLD


@cause(
    "The same profile was installed on a second device, so it counts for neither.",
    "The profile is for one device only. Tap Try Again on the one that you want to enroll, and install it there.",
)
def two_devices(facts: Facts) -> bool:
    return facts.enrollment.failure_reason == FailureReason.SECOND_KEY


@cause(
    "The profile was removed before the enrollment was complete.",
    "The profile was taken away before it was done. Tap Try Again, and leave the profile where it is.",
)
def removed_too_early(facts: Facts) -> bool:
    return facts.enrollment.failure_reason == FailureReason.PROFILE_REMOVED


@cause(
    "Somebody of the staff cancelled this attempt: the timeline says who.",
    "This attempt was cancelled here. I will ask why before you begin again.",
)
def cancelled(facts: Facts) -> bool:
    return facts.status == Status.EXPIRED and facts.why_moved == WHY_CANCELLED


@cause(
    "Its use was released, so that the invitation can be used again: this attempt is over.",
    "Please open the link of your invitation once more and tap Start.",
)
def released(facts: Facts) -> bool:
    return facts.status == Status.EXPIRED and facts.why_moved == WHY_RELEASED


@cause(
    "The invitation was revoked, and this attempt with it.",
    "Your invitation was withdrawn. I can send you a new one.",
)
def revoked(facts: Facts) -> bool:
    return facts.status == Status.EXPIRED and facts.why_moved == WHY_REVOKED


@cause(
    "They logged out or started over themselves, so this attempt is over: look for a newer one.",
    "You left this attempt yourself. Please open the enrollment page again.",
)
def left(facts: Facts) -> bool:
    return facts.status == Status.EXPIRED and facts.why_moved in ("logged out", "started over")


@cause(
    "The device was refused: the status and the timeline say why.",
    "The device was not accepted. I will find out why and call you back.",
)
def refused(facts: Facts) -> bool:
    return facts.status == Status.FAILED


@cause(
    "Nothing came for too long, so the attempt ended by itself. Their answers are kept if there was a profile.",
    "It took too long, and the page has expired. Open it again: tap Try Again if it says so, else begin anew.",
)
def too_long(facts: Facts) -> bool:
    return is_over(facts)


# --- the device is at work --------------------------------------------------------------------------------------------


@cause(
    "A message of the device was refused at check-in: its certificate or its words did not fit this enrollment.",
    "Remove the profile in “Settings”, under “General” and “VPN & Device Management”, then tap Download again on the "
    "page.",
)
def certificate_refused(facts: Facts) -> bool:
    refused_at = facts.last(EventKind.CERTIFICATE_REFUSED)
    return facts.status in (Status.CERTIFICATE_ISSUED, Status.AUTHENTICATED) and refused_at is not None


@cause(
    "The device got its certificate and did not check in: its network lets it reach the authority and not this server, "
    "or it does not trust this server's certificate, or “Install” was cancelled at the last question.",
    "Please switch to another Wi-Fi or to mobile data. Then tap Download again on the page and install once more.",
)
def no_check_in(facts: Facts) -> bool:
    return facts.status == Status.CERTIFICATE_ISSUED and facts.for_minutes(3)


@cause(
    "The device checked in and has no push token yet: its network blocks Apple's push service (TCP 5223 and 443 to "
    "17.0.0.0/8), or the push certificate's topic is not the one of the profile.",
    "Nearly done. Please switch to another Wi-Fi or to mobile data, and leave the page open for a minute.",
)
def no_push_token(facts: Facts) -> bool:
    return facts.status == Status.AUTHENTICATED and facts.for_minutes(3)


@cause(
    "The device is installing the profile at this moment.",
    "It is being installed. Leave the device on and connected; the page says by itself when it is done.",
)
def installing(facts: Facts) -> bool:
    return facts.status in (Status.CERTIFICATE_ISSUED, Status.AUTHENTICATED)


# --- the profile waits for them ---------------------------------------------------------------------------------------


@cause(
    "They have not tapped Install in Settings. iOS has deleted the downloaded profile since: it keeps it for eight "
    "minutes.",
    "Tap Download again on the page, then “Allow”. Open “Settings”, tap “Profile Downloaded” at the top, then "
    "“Install”.",
)
def not_installed(facts: Facts) -> bool:
    served = facts.served_at
    return (
        facts.status == Status.PROFILE_ISSUED
        and served is not None
        and facts.now - served >= timedelta(minutes=15)
    )


@cause(
    "The profile is on the device and waits in Settings.",
    "Open “Settings”, tap “Profile Downloaded” at the top, then “Install”. Enter the passcode of the device.",
)
def waits_in_settings(facts: Facts) -> bool:
    return facts.status == Status.PROFILE_ISSUED and facts.served_at is not None


@cause(
    "The profile was not downloaded: they have not tapped Allow, or they are not in Safari.",
    "Open the page in Safari on the device and tap Download again. Safari asks: tap “Allow”.",
)
def not_allowed(facts: Facts) -> bool:
    return facts.status == Status.PROFILE_ISSUED
