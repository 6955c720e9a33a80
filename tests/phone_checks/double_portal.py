"""A double of the whole server: a few pages, the profile, SCEP and MDM behind one address."""

from __future__ import annotations

from typing import Any

from tests.phone_checks.double import Asked, Double, Reply, page, see_other
from tests.phone_checks.double_mdm import DoubleMdm
from tests.phone_checks.double_scep import DoubleAuthority
from tests.phone_checks.enrollment_profile import enrollment_profile, sign_plist

PROFILE = "application/x-apple-aspen-config"
LOG_IN = """<form method="post" novalidate><input type="hidden" name="csrfmiddlewaretoken" value="t">
<label for="u">User name</label><input id="u" name="username" required>
<label for="p">Password</label><input id="p" name="password" type="password" required>
<button>Log in</button></form>"""
OWNERSHIP = """<form method="post"><input type="radio" name="ownership" value="institution" id="a">
<label for="a">School</label><label><input type="radio" name="ownership" value="personal">Me</label>
<button>Continue</button></form>"""
AGREEMENT = """<form method="post" action="/language">
<button name="language" value="de">Deutsch</button></form>
<form method="post"><label><input type="checkbox" name="agreed" required> I agree</label>
<button name="answer" value="decline" formnovalidate>Decline</button>
<button name="answer" value="accept">Accept</button></form>"""
INSTALL = '<div data-status="/enroll/1/status" data-state="profile-issued"></div>'
REFRESH = '<meta http-equiv="refresh" content="1;url=/p/token.mobileconfig">'


class Portal:
    """`profile` is the plist that will be signed and served; `status` what the status address says."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self.authority = DoubleAuthority()
        self.mdm = DoubleMdm()
        self.profile: dict[str, Any] = enrollment_profile(double.url)
        self._signed: bytes | None = None
        double.routes |= {
            "GET /enroll/": lambda asked: page(
                "Welcome", '<form method="post"><button>Start</button></form>'
            ),
            "POST /enroll/": lambda asked: see_other(
                "/enroll/1/log-in/", ("Set-Cookie", "key=k; Path=/; HttpOnly")
            ),
            "GET /enroll/1/log-in/": lambda asked: page("Log in", LOG_IN),
            "POST /enroll/1/log-in/": self._log_in,
            "GET /enroll/1/ownership/": lambda asked: page("Whose iPad is this?", OWNERSHIP),
            "POST /enroll/1/ownership/": lambda asked: see_other("/enroll/1/agreement/"),
            "GET /enroll/1/agreement/": lambda asked: page("Agreement", AGREEMENT),
            "POST /enroll/1/agreement/": lambda asked: see_other("/enroll/1/install/"),
            "GET /enroll/1/install/": self._install,
            "GET /enroll/1/status": lambda asked: Reply(self.status.encode(), "text/plain"),
            "GET /enroll/1/complete/": lambda asked: page("Enrollment complete"),
            "GET /p/token.mobileconfig": self._serve_profile,
            "GET /scep": self.authority.serve,
            "POST /scep": self.authority.serve,
            "PUT /check-in": self.mdm.serve,
            "PUT /connect": self.mdm.serve,
        }

    @property
    def status(self) -> str:
        return "enrolled" if "TokenUpdate" in self.mdm.said else "profile-fetched"

    def _log_in(self, asked: Asked) -> Reply:
        if asked.form["password"] != "right":
            return page("Log in", f'<div role="alert">That did not match.</div>{LOG_IN}')
        return see_other("/enroll/1/ownership/")

    def _install(self, asked: Asked) -> Reply:
        if self.status == "enrolled":
            return see_other("/enroll/1/complete/")
        return page("Install in Settings", INSTALL, REFRESH)

    def _serve_profile(self, asked: Asked) -> Reply:
        self._signed = self._signed or sign_plist(self.profile)
        return Reply(self._signed, PROFILE)
