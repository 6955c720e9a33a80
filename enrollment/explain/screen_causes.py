"""The rules for somebody who still answers questions. The last one holds always."""

from enrollment.actions.assignments import MAX_SEARCHES
from enrollment.explain.cause import Rules
from enrollment.explain.facts import Facts
from enrollment.models import EventKind
from enrollment.visit import of_device

RULES = Rules()
cause = RULES.cause


@cause(
    "Nothing can be enrolled at this site: it is archived, or it takes no devices of this kind.",
    "Enrollment is closed here at the moment. I will find out when it opens.",
)
def closed(facts: Facts) -> bool:
    visit = of_device(facts.enrollment, facts.now)
    return visit.closed or visit.site.archived


@cause(
    "A link to go on in another browser was made and not opened yet. It lives for ten minutes.",
    "Open the link that you got in Safari on the device, and tap Go on here.",
)
def link_waits(facts: Facts) -> bool:
    last = facts.last(EventKind.HAND_OVER_OFFERED, EventKind.HANDED_OVER)
    return last is not None and last.kind == EventKind.HAND_OVER_OFFERED


@cause(
    "The directory could not be asked: “Test connection” on its page says why.",
    "It is not your fault: our directory does not answer. Please try again in a few minutes; nothing is lost.",
)
def directory_unreachable(facts: Facts) -> bool:
    kinds = (EventKind.DIRECTORY_UNREACHABLE, EventKind.LOG_IN_REFUSED, EventKind.SIGNED_IN, EventKind.MOVED)
    last = facts.last(*kinds)
    asks = facts.screen in ("log-in", "assign")
    return asks and last is not None and last.kind == EventKind.DIRECTORY_UNREACHABLE


@cause(
    "Wrong user name or password: nobody is told which of the two.",
    "The user name or the password is not right. Type both anew, and look at capital letters.",
)
def wrong_password(facts: Facts) -> bool:
    return facts.at_log_in("wrong password")


@cause(
    "Too many wrong passwords for this user name: it waits for five minutes, then it goes on by itself.",
    "Please wait for five minutes, then log in once more with the right password.",
)
def too_many_passwords(facts: Facts) -> bool:
    return facts.at_log_in("too many attempts")


@cause(
    "The invitation is for somebody else than whoever logged in: its page says for whom.",
    "This invitation is for another account. Log in with the one that was invited, or I make you one of your own.",
)
def somebody_elses_invitation(facts: Facts) -> bool:
    last = facts.last(EventKind.WRONG_PERSON, EventKind.SIGNED_IN)
    return facts.screen == "log-in" and last is not None and last.kind == EventKind.WRONG_PERSON


@cause(
    "They have not logged in yet. After a link to another browser everybody logs in once more.",
    "Please log in with the account of your school or company, on the page that you see.",
)
def not_logged_in(facts: Facts) -> bool:
    return facts.screen == "log-in"


@cause(
    "Their password was right, and the code of their second factor is asked for. They have five minutes for it.",
    "Open your authenticator app and enter the six digits that it shows now.",
)
def second_factor(facts: Facts) -> bool:
    return facts.screen == "second-factor"


@cause(
    "They did not accept the license agreement: without it nothing is installed.",
    "You did not accept the agreement. If that was a mistake, tap Read the agreement again.",
)
def agreement_declined(facts: Facts) -> bool:
    last = facts.last(EventKind.AGREEMENT_DECLINED, EventKind.AGREEMENT_ACCEPTED)
    return facts.screen == "agreement" and last is not None and last.kind == EventKind.AGREEMENT_DECLINED


@cause("The license agreement is before them.", "Read the agreement, and accept it at the end of the page.")
def agreement(facts: Facts) -> bool:
    return facts.screen == "agreement"


@cause(
    "They searched for people as often as one enrollment may.",
    "Leave the field for the user empty and tap Continue, or tap Start over.",
)
def searched_too_often(facts: Facts) -> bool:
    return facts.screen == "assign" and facts.enrollment.directory_searches >= MAX_SEARCHES


@cause(
    "They are asked who will use the device: the exact user name, or nothing.",
    "Enter the exact user name of whoever will use the device, or leave the field empty, and tap Continue.",
)
def assigning(facts: Facts) -> bool:
    return facts.screen == "assign"


@cause(
    "The CA certificate was downloaded, and they have not said that it is installed.",
    "Install the certificate in “Settings” under “Profile Downloaded”, come back to the page and tap Continue.",
)
def ca_downloaded(facts: Facts) -> bool:
    return facts.screen == "ca-certificate" and facts.enrollment.ca_served_at is not None


@cause(
    "They are to install the CA certificate first, and have not downloaded it.",
    "Tap the button on the page that downloads the certificate. Safari asks: tap “Allow”.",
)
def ca_waits(facts: Facts) -> bool:
    return facts.screen == "ca-certificate"


@cause(
    "They changed an answer after they had a profile, so that one counts no more.",
    "Go on with the page that you see: at its end there is a new profile.",
)
def answers_changed(facts: Facts) -> bool:
    last = facts.last(EventKind.ANSWERS_CHANGED, EventKind.MOVED)
    return last is not None and last.kind == EventKind.ANSWERS_CHANGED


@cause(
    "They read what management means, and have not tapped Continue.",
    "Read the page to its end and tap Continue. Safari then asks: tap “Allow”.",
)
def not_continued(facts: Facts) -> bool:
    return facts.screen == "mdm-profile"


@cause(
    "They are asked a question on their page, and nothing went wrong.",
    "Please read me the title of the page that you see. Answer it and tap Continue.",
)
def asked(facts: Facts) -> bool:
    return True
