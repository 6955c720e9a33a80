"""The order of the screens, and which of them a person can reach. A new screen is a file in steps/ and a line here."""

from enrollment.models import FailureReason
from enrollment.models.moves import OPEN
from enrollment.steps.agreement import Agreement
from enrollment.steps.assign import Assign
from enrollment.steps.base import Step
from enrollment.steps.ca_certificate import CaCertificate
from enrollment.steps.choose_site import ChooseSite
from enrollment.steps.complete import Complete
from enrollment.steps.failed import Failed
from enrollment.steps.install import Install
from enrollment.steps.log_in import LogIn
from enrollment.steps.mdm_profile import MdmProfile
from enrollment.steps.ownership import ChooseOwnership
from enrollment.steps.personal import Personal
from enrollment.steps.second_factor import SecondFactor
from enrollment.visit import Visit
from sites_config.models import Ownership

STEPS: tuple[type[Step], ...] = (
    LogIn,
    SecondFactor,
    ChooseOwnership,
    Assign,
    ChooseSite,
    Agreement,
    Personal,
    CaCertificate,
    MdmProfile,
    Install,
    Failed,
    Complete,
)


def applicable_steps(visit: Visit) -> list[type[Step]]:
    """The screens this person will see, in order."""
    return [step for step in STEPS if step.applies(visit)]


def reachable_steps(visit: Visit) -> list[type[Step]]:
    """Every answered screen and the first unanswered one; once answers are frozen, only the one that follows."""
    reachable: list[type[Step]] = []
    for step in applicable_steps(visit):
        if step.done(visit):
            reachable += [] if _frozen(visit) else [step]
        elif not (step.asks and _frozen(visit)):
            return [*reachable, step]
    return reachable


def _frozen(visit: Visit) -> bool:
    return visit.enrollment.status not in OPEN or visit.enrollment.lapsed(visit.now)


def current_step(visit: Visit) -> type[Step]:
    """The first unanswered screen."""
    return reachable_steps(visit)[-1]


def position(visit: Visit, step: type[Step]) -> tuple[int, int] | None:
    """(2, 3) for step 2 of 3; None for a screen that is no part of the way."""
    steps = [each for each in applicable_steps(visit) if each.counted]
    return (steps.index(step) + 1, len(steps)) if step in steps else None


def conditions_hold(visit: Visit) -> bool:
    """Whether everything asked before the profile is (still) answered, for downloads and SCEP."""
    enrollment, invitation = visit.enrollment, visit.invitation
    if visit.site.archived or (invitation and invitation.revoked_at):
        return False
    if enrollment.failure_reason == FailureReason.CANCELLED:
        return False  # by staff, who have a reason
    if visit.ownership != Ownership.INSTITUTIONAL or not visit.site_is_settled:
        return False  # no personal device ever gets the institution's profile
    return enrollment.ends_at > visit.now and all(
        step.done(visit) for step in applicable_steps(visit) if step.asks
    )


def may_try_again(visit: Visit) -> bool:
    """Whether an attempt that ended can get a new profile with the answers it has: it had one before."""
    return visit.enrollment.authority_id is not None and conditions_hold(visit)
