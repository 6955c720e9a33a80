"""R24: the demonstration itself, as `make run` sets it up: plain http, secrets and people of its own."""

import json
from pathlib import Path

import pytest

from tests.rules.start import run

STORY = r"""
import json, re, django
django.setup()
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from enrollment.actions import demo
from django.conf import settings

call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
site = demo.load_demo(hosts=("127.0.0.1",), now=timezone.now())
again = demo.load_demo(hosts=("127.0.0.1",), now=timezone.now())
browser = Client(headers={"Host": "127.0.0.1:8000"})
path = f"/i/{demo.single_use_token(now=timezone.now())}"
welcome, start = browser.get(path), browser.post(path)
own = start.headers["Location"]
browser.post(f"{own}assign/")  # for nobody in particular
browser.post(f"{own}mdm-profile/")
installing = browser.get(f"{own}install/")
profile = browser.get(re.search(r"/p/\w+[.]mobileconfig", installing.content.decode())[0])
staff = Client(headers={"Host": "127.0.0.1:8000"})
staff.get("/enroll/")
password = demo.staff_password(settings.VAR_DIR)
signed_in = staff.post("/enroll/", {"username": demo.STAFF_NAME, "password": password})
print(json.dumps({
    "again": site == again,
    "statuses": [answer.status_code for answer in (welcome, start, installing, profile, signed_in)],
    "cookies": {name: [bool(cookie["secure"]), bool(cookie["httponly"])] for name, cookie in browser.cookies.items()},
    "http": b"<string>http://127.0.0.1:8000/mdm/connect</string>" in profile.content,
    "demo": b"make iphone" in installing.content,
    "kept": password == demo.staff_password(settings.VAR_DIR),
}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """One demonstration, made in a process of its own, and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {
        "GATEHOUSE_DEMO": "1",
        "GATEHOUSE_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "sites_config.settings",
    }
    result = run(STORY, environment)
    assert result.returncode == 0, result.stderr
    facts: dict[str, object] = json.loads(result.stdout)
    return facts | {"folder": folder}


def test_r24_the_demonstration_works_over_plain_http(told: dict[str, object]) -> None:
    assert told["statuses"] == [200, 303, 200, 200, 303]
    assert told["http"] is True and told["demo"] is True


def test_r24_its_cookies_are_ones_that_browsers_keep_over_http(told: dict[str, object]) -> None:
    """R03: plain names, not Secure; still out of reach for scripts."""
    assert told["cookies"] == {"gatehouse-key": [False, True], "gatehouse-csrf": [False, True]}


def test_r24_loading_it_twice_makes_nothing_twice(told: dict[str, object]) -> None:
    assert told["again"] is True and told["kept"] is True


def test_r24_nobody_else_reads_what_it_keeps(told: dict[str, object]) -> None:
    folder = Path(str(told["folder"]))
    secret = [folder / name for name in ("demo-secret-key", "demo-field-keys", "demo-staff")]
    assert [path.name for path in secret if path.stat().st_mode & 0o077] == []
