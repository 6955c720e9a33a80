"""manage.py demo: what `make run` starts."""

import os
import sys
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from enrollment.actions import demo
from enrollment.management.demo_address import demo_address, listener
from enrollment.management.demo_directory import (
    SEARCH_BASE,
    SEARCHER,
    SOMEBODY,
    NoDirectory,
    start_directory,
)
from enrollment.management.demo_process import run_beside
from enrollment.management.demo_tls import certificate_for, print_qr_code, root_path


class Command(BaseCommand):
    help = (
        "What `make run` starts, and it alone: prepares the demonstration, prints its facts one a line, and serves "
        "it. From the environment: PORT (default: 8000); HOST, this computer's name or address in your network, to "
        "serve TLS there instead of http at 127.0.0.1. It ends with Ctrl-C."
    )

    def handle(self, *args: object, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only in the demonstration: make run")
        host, port = demo_address(os.environ)
        listening = listener(host, port)
        os.environ["GATEHOUSE_PUBLIC_PORT"] = str(port)  # for the links in messages that the worker writes
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        hosts = (host,) if host else ()
        site = demo.load_demo(hosts=("127.0.0.1", *hosts), now=timezone.now())
        base = f"https://{host}:{port}" if host else f"http://127.0.0.1:{port}"
        directory = _directory(site)
        arguments = _arguments(host, listening.fileno())
        self._print_facts(base, demo.single_use_token(now=timezone.now()), directory)
        if host:
            print_qr_code(f"{base}/enroll/", root_path(settings.VAR_DIR), sys.stdout)
        run_beside([sys.executable, str(settings.BASE_DIR / "manage.py"), "run_worker"])
        connections.close_all()  # gunicorn forks; no connection may live on in two processes
        self.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])  # noqa: S606

    def _print_facts(self, base: str, single: str, directory: str) -> None:
        password = demo.staff_password(settings.VAR_DIR)
        for word, value in (
            ("portal", f"{base}/enroll/"),
            ("admin", f"{base}/admin/"),
            ("staff", f"{demo.STAFF_NAME} {password}"),
            ("directory", directory),
            ("invitation", f"{base}/i/{demo.token_of(demo.MANY_USES)}"),
            ("agreement", f"{base}/i/{demo.token_of(demo.WITH_AGREEMENT)}"),
            ("single-use", f"{base}/i/{single}"),
            ("mail", _mail()),
            ("stop", "Ctrl-C"),
        ):
            self.stdout.write(f"{word} {value}")


def _mail() -> str:
    """Where messages go."""
    server = settings.MAIL_SERVER
    return settings.EMAIL_FILE_PATH or f"{server.host}:{server.port}"


def _directory(site: Site) -> str:
    """Starts one where that is possible, and says who to log in as; else whom a device can be assigned to."""
    password = demo.staff_password(settings.VAR_DIR)
    try:
        running = start_directory(settings.VAR_DIR, password=password, now=timezone.now())
    except NoDirectory as reason:
        demo.disconnect_directory(site)
        return f"built-in: ana, zoe and others can be given a device, nobody of them logs in ({reason})"
    demo.connect_directory(
        site,
        port=running.port,
        ca_pem=running.ca_pem,
        bind_dn=SEARCHER,
        bind_password=running.search_password,
        user_base=SEARCH_BASE,
    )
    return f"{SOMEBODY} {password} (OpenLDAP at 127.0.0.1:{running.port})"


def _arguments(host: str, listening: int) -> list[str]:
    """``listening``: descriptor of the socket that gunicorn takes over."""
    arguments = ["--config", "python:sites_config.gunicorn", "--bind", f"fd://{listening}"]
    if host:
        certificate, key = certificate_for(host, settings.VAR_DIR, timezone.now())
        arguments += ["--certfile", str(certificate), "--keyfile", str(key)]
    return [*arguments, "sites_config.wsgi:application"]
