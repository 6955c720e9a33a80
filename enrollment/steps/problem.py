"""Why the way ends here, and what to do next: one title, cause and action for each kind of problem.

The texts of a kind are named after it: `<kind>_title`, `<kind>_cause`, `<kind>_action`.
"""

from django.utils.translation import gettext_noop as _

from sites_config.texts import Message


class Texts:
    invitation_unknown_title = Message("problem.invitation-unknown.title", _("This invitation is not valid"))
    invitation_unknown_cause = Message(
        "problem.invitation-unknown.cause",
        _("The link may be incomplete: open it again from the message or the QR code."),
    )
    invitation_unknown_action = Message("problem.invitation-unknown.action", _("Try again"))

    invitation_expired_title = Message("problem.invitation-expired.title", _("This invitation has expired"))
    invitation_expired_cause = Message(
        "problem.invitation-expired.cause",
        _("Ask {support} for a new invitation."),
        placeholders=("support",),
    )
    invitation_expired_action = Message("problem.invitation-expired.action", _("Log in instead"))

    invitation_not_yet_title = Message(
        "problem.invitation-not-yet.title", _("This invitation is not valid yet")
    )
    invitation_not_yet_cause = Message(
        "problem.invitation-not-yet.cause",
        _("It can be used from {starts_at}: keep the link until then."),
        placeholders=("starts_at",),
    )
    invitation_not_yet_action = Message("problem.invitation-not-yet.action", _("Check again"))

    invitation_other_title = Message(
        "problem.invitation-other.title", _("This invitation is for somebody else")
    )
    invitation_other_cause = Message(
        "problem.invitation-other.cause",
        _("Log in with the account that was invited, or ask {support} for an invitation of your own."),
        placeholders=("support",),
    )
    invitation_other_action = Message("problem.invitation-other.action", _("Log in with another account"))

    invitation_renewed_title = Message("problem.invitation-renewed.title", _("This link no longer works"))
    invitation_renewed_cause = Message(
        "problem.invitation-renewed.cause",
        _(
            "A wrong PIN was entered too often, so the invitation got a new link: look for it in your messages, or "
            "ask {support}."
        ),
        placeholders=("support",),
    )
    invitation_renewed_action = Message("problem.invitation-renewed.action", _("Go to enrollment"))

    invitation_revoked_title = Message("problem.invitation-revoked.title", _("This invitation was withdrawn"))
    invitation_revoked_cause = Message(
        "problem.invitation-revoked.cause",
        _("Ask {support} for a new invitation."),
        placeholders=("support",),
    )
    invitation_revoked_action = Message("problem.invitation-revoked.action", _("Log in instead"))

    invitation_used_up_title = Message(
        "problem.invitation-used-up.title", _("This invitation was already used")
    )
    invitation_used_up_cause = Message(
        "problem.invitation-used-up.cause",
        _("It cannot enroll another device: ask {support} for a new invitation."),
        placeholders=("support",),
    )
    invitation_used_up_action = Message("problem.invitation-used-up.action", _("Log in instead"))

    invitation_elsewhere_title = Message(
        "problem.invitation-elsewhere.title", _("This invitation was started elsewhere")
    )
    invitation_elsewhere_cause = Message(
        "problem.invitation-elsewhere.cause",
        _("It was started at {started_at} in another browser: go on there, or ask {support} to release it."),
        placeholders=("started_at", "support"),
    )
    invitation_elsewhere_action = Message("problem.invitation-elsewhere.action", _("Check again"))

    enrollment_elsewhere_title = Message(
        "problem.enrollment-elsewhere.title", _("This enrollment is not open in this browser")
    )
    enrollment_elsewhere_cause = Message(
        "problem.enrollment-elsewhere.cause", _("Open it where you started it, or start again here.")
    )
    enrollment_elsewhere_action = Message("problem.enrollment-elsewhere.action", _("Start again"))

    continued_elsewhere_title = Message(
        "problem.continued-elsewhere.title", _("Continued on your {device}"), placeholders=("device",)
    )
    continued_elsewhere_cause = Message(
        "problem.continued-elsewhere.cause",
        _("This enrollment goes on in the browser where its link was opened."),
    )
    continued_elsewhere_action = Message("problem.continued-elsewhere.action", _("Start another enrollment"))

    hand_over_gone_title = Message("problem.hand-over-gone.title", _("This link no longer works"))
    hand_over_gone_cause = Message(
        "problem.hand-over-gone.cause",
        _("It works once, for ten minutes: make a new one where you began, or ask {support}."),
        placeholders=("support",),
    )
    hand_over_gone_action = Message("problem.hand-over-gone.action", _("Go to enrollment"))

    enrollment_expired_title = Message("problem.enrollment-expired.title", _("This enrollment has expired"))
    enrollment_expired_cause = Message(
        "problem.enrollment-expired.cause",
        _("Nothing happened here for too long, so what was entered was deleted."),
    )
    enrollment_expired_action = Message("problem.enrollment-expired.action", _("Start again"))

    enrollment_released_title = Message("problem.enrollment-released.title", _("This enrollment was ended"))
    enrollment_released_cause = Message(
        "problem.enrollment-released.cause",
        _("{support} ended it, so that the invitation can be used again."),
        placeholders=("support",),
    )
    enrollment_released_action = Message("problem.enrollment-released.action", _("Start again"))

    enrollment_cancelled_title = Message(
        "problem.enrollment-cancelled.title", _("This enrollment was cancelled")
    )
    enrollment_cancelled_cause = Message(
        "problem.enrollment-cancelled.cause",
        _("{support} ended it; ask there before you start again."),
        placeholders=("support",),
    )
    enrollment_cancelled_action = Message("problem.enrollment-cancelled.action", _("Start again"))

    enrollment_over_title = Message("problem.enrollment-over.title", _("This enrollment is over"))
    enrollment_over_cause = Message(
        "problem.enrollment-over.cause",
        _("The {device} left {organization} again, or was enrolled once more since."),
        placeholders=("device", "organization"),
    )
    enrollment_over_action = Message("problem.enrollment-over.action", _("Start again"))

    no_privilege_title = Message("problem.no-privilege.title", _("Your account may not enroll devices"))
    no_privilege_cause = Message(
        "problem.no-privilege.cause",
        _("Ask {support} for the privilege to enroll devices with {organization}."),
        placeholders=("support", "organization"),
    )
    no_privilege_action = Message("problem.no-privilege.action", _("Log in as someone else"))

    no_access_title = Message(
        "problem.no-access.title",
        _("You may not enroll devices with {organization}"),
        placeholders=("organization",),
    )
    no_access_cause = Message(
        "problem.no-access.cause",
        _("Who may is decided by group, and yours may not: ask {support} if that is a mistake."),
        placeholders=("support",),
    )
    no_access_action = Message("problem.no-access.action", _("Log in as someone else"))

    second_factor_missing_title = Message(
        "problem.second-factor-missing.title", _("Your account needs a second factor")
    )
    second_factor_missing_cause = Message(
        "problem.second-factor-missing.cause",
        _("Set it up first in the administration, at {address}; {support} can help."),
        placeholders=("address", "support"),
    )
    second_factor_missing_action = Message("problem.second-factor-missing.action", _("Use another account"))

    agreement_declined_title = Message("problem.agreement-declined.title", _("Nothing was installed"))
    agreement_declined_cause = Message(
        "problem.agreement-declined.cause",
        _("Without the agreement the {device} is not enrolled; ask {support} if you have questions."),
        placeholders=("device", "support"),
    )
    agreement_declined_action = Message("problem.agreement-declined.action", _("Read the agreement again"))

    provider_unreachable_title = Message(
        "problem.provider-unreachable.title", _("The log-in service cannot be reached")
    )
    provider_unreachable_cause = Message(
        "problem.provider-unreachable.cause",
        _("It may be busy: wait a minute, then try again. Nothing you entered is lost."),
    )
    provider_unreachable_action = Message("problem.provider-unreachable.action", _("Try again"))

    sign_in_cancelled_title = Message("problem.sign-in-cancelled.title", _("You are not logged in"))
    sign_in_cancelled_cause = Message(
        "problem.sign-in-cancelled.cause", _("The log-in was stopped before it was complete.")
    )
    sign_in_cancelled_action = Message("problem.sign-in-cancelled.action", _("Try again"))

    sign_in_over_title = Message("problem.sign-in-over.title", _("This log-in is no longer valid"))
    sign_in_over_cause = Message(
        "problem.sign-in-over.cause",
        _("It took too long, was used before, or was begun in another browser: log in once more here."),
    )
    sign_in_over_action = Message("problem.sign-in-over.action", _("Log in again"))

    sign_in_stranger_title = Message(
        "problem.sign-in-stranger.title",
        _("This account does not belong to {organization}"),
        placeholders=("organization",),
    )
    sign_in_stranger_cause = Message(
        "problem.sign-in-stranger.cause",
        _("Log in with the account that you have from {organization}, not with one of your own."),
        placeholders=("organization",),
    )
    sign_in_stranger_action = Message("problem.sign-in-stranger.action", _("Use another account"))

    sign_in_invalid_title = Message("problem.sign-in-invalid.title", _("You could not be logged in"))
    sign_in_invalid_cause = Message(
        "problem.sign-in-invalid.cause",
        _("The log-in service sent something that cannot be used: tell {support} the reference code below."),
        placeholders=("support",),
    )
    sign_in_invalid_action = Message("problem.sign-in-invalid.action", _("Try again"))

    sign_out_invalid_title = Message("problem.sign-out-invalid.title", _("You could not be logged out"))
    sign_out_invalid_cause = Message(
        "problem.sign-out-invalid.cause",
        _(
            "The log-in service sent something that cannot be used: on a shared device, delete Safari’s "
            "history, and tell {support} the reference code below."
        ),
        placeholders=("support",),
    )
    sign_out_invalid_action = Message("problem.sign-out-invalid.action", _("Go to enrollment"))

    closed_title = Message("problem.closed.title", _("Enrollment is closed"))
    closed_cause = Message(
        "problem.closed.cause",
        _("{organization} is not enrolling devices at the moment."),
        placeholders=("organization",),
    )
    closed_action = Message("problem.closed.action", _("Check again"))

    update_first_title = Message("problem.update-first.title", _("Update iOS first"))
    update_first_cause = Message(
        "problem.update-first.cause",
        _("{organization} enrolls devices with iOS {version} or later: Settings, General, Software Update."),
        placeholders=("organization", "version"),
        ios=("Settings", "General", "Software Update"),
    )
    update_first_action = Message("problem.update-first.action", _("Check again"))

    cookies_title = Message("problem.cookies.title", _("Safari did not keep a cookie"))
    cookies_cause = Message(
        "problem.cookies.cause",
        _(
            "Enrollment needs cookies: in Settings, Apps, Safari, Advanced, turn off Block All "
            "Cookies, then try again."
        ),
        ios=("Settings", "Apps", "Advanced", "Block All Cookies"),
    )
    cookies_action = Message("problem.cookies.action", _("Try again"))

    unavailable_title = Message("problem.unavailable.title", _("The profile could not be prepared"))
    unavailable_cause = Message(
        "problem.unavailable.cause",
        _("Something is not set up right at {organization}: tell {support} the reference code below."),
        placeholders=("organization", "support"),
    )
    unavailable_action = Message("problem.unavailable.action", _("Try again"))

    profile_gone_title = Message("problem.profile-gone.title", _("This download is no longer available"))
    profile_gone_cause = Message(
        "problem.profile-gone.cause",
        _("The profile was already used or is too old: return to the enrollment page and download it again."),
    )
    profile_gone_action = Message("problem.profile-gone.action", _("Return to enrollment"))

    not_found_title = Message("problem.not-found.title", _("There is no such page"))
    not_found_cause = Message("problem.not-found.cause", _("The address may be incomplete or out of date."))
    not_found_action = Message("problem.not-found.action", _("Go to enrollment"))

    unknown_host_title = Message("problem.unknown-host.title", _("Nothing is served at this address"))
    unknown_host_cause = Message(
        "problem.unknown-host.cause", _("Check the address, or scan the QR code again.")
    )
    unknown_host_action = Message("problem.unknown-host.action", _("Try again"))

    busy_title = Message("problem.busy.title", _("Many people are enrolling right now"))
    busy_cause = Message("problem.busy.cause", _("Wait half a minute, then try again: nothing is lost."))
    busy_action = Message("problem.busy.action", _("Try again"))

    error_title = Message("problem.error.title", _("Something went wrong"))
    error_cause = Message(
        "problem.error.cause",
        _("The fault is ours: try again, and if it stays, tell {support} the reference code below."),
        placeholders=("support",),
    )
    error_action = Message("problem.error.action", _("Try again"))
