#!/usr/bin/python3
# mypy: ignore-errors
"""A WebKitGTK browser for WebKitWebDriver: a view of a phone's size; languages, dark and scripts as told.

Writes what it loads and downloads to events.jsonl, one JSON object a line, and its process id to pid.
SIGUSR1 hides the page, as when the person goes to Settings; SIGUSR2 shows it again.
Runs with the system's Python, which has the GObject bindings.
"""

import argparse
import ctypes
import faulthandler
import json
import os
import signal
import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gio, GLib, Gtk, WebKit2  # noqa: E402

PR_SET_PDEATHSIG = 1
PROFILE = "application/x-apple-aspen-config"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--automation", action="store_true")
    parser.add_argument("--user-agent")
    parser.add_argument("--language", default="en")
    parser.add_argument("--width", type=int, default=393)
    parser.add_argument("--height", type=int, default=852)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--no-scripts", action="store_true")
    parser.add_argument("--text-zoom", type=float, default=1.0)
    parser.add_argument("--certificate", help="PEM of the one server certificate to accept")
    parser.add_argument("--hosts", default="localhost,127.0.0.1", help="whose certificate that is")
    parser.add_argument("--early-script", help="a file that runs before the scripts of every page")
    parser.add_argument("--folder", type=Path, required=True)
    return parser.parse_known_args()[0]


class MiniSafari:
    def __init__(self, options):
        self.options = options
        self.windows = []
        options.folder.mkdir(parents=True, exist_ok=True)
        self.context = self.new_context()
        self.settings = self.new_settings()
        self.scripts = self.new_scripts()

    def log(self, kind, **facts):
        with (self.options.folder / "events.jsonl").open("a") as events:
            events.write(json.dumps({"kind": kind, **facts}) + "\n")

    def new_context(self):
        data = WebKit2.WebsiteDataManager.new_ephemeral()
        context = WebKit2.WebContext.new_with_website_data_manager(data)
        context.set_preferred_languages(self.options.language.split(","))
        context.set_automation_allowed(self.options.automation)
        if self.options.certificate:
            certificate = Gio.TlsCertificate.new_from_file(self.options.certificate)
            for host in self.options.hosts.split(","):
                context.allow_tls_certificate_for_host(certificate, host)
        context.connect("automation-started", self.automate)
        context.connect("download-started", self.download)
        return context

    def new_settings(self):
        settings = WebKit2.Settings()
        if self.options.user_agent:
            settings.set_user_agent(self.options.user_agent)
        settings.set_enable_javascript(not self.options.no_scripts)
        settings.set_enable_page_cache(True)
        settings.set_zoom_text_only(True)
        return settings

    def new_scripts(self):
        scripts = WebKit2.UserContentManager()
        if self.options.early_script:
            source = Path(self.options.early_script).read_text()
            frames, start = (
                WebKit2.UserContentInjectedFrames.ALL_FRAMES,
                WebKit2.UserScriptInjectionTime.START,
            )
            scripts.add_script(WebKit2.UserScript.new(source, frames, start, None, None))
        return scripts

    def automate(self, context, session):
        info = WebKit2.ApplicationInfo()
        info.set_name("MiniSafari")
        info.set_version(1, 0, 0)
        session.set_application_info(info)
        session.connect("create-web-view", lambda session: self.new_view())

    def new_view(self):
        view = WebKit2.WebView(
            web_context=self.context,
            settings=self.settings,
            user_content_manager=self.scripts,
            is_controlled_by_automation=True,
        )
        view.set_zoom_level(self.options.text_zoom)
        window = Gtk.Window(decorated=False, resizable=True)
        window.set_default_size(self.options.width, self.options.height)
        window.add(view)
        window.connect("destroy", lambda window: Gtk.main_quit())
        window.show_all()
        self.windows.append(window)
        view.connect("decide-policy", self.decide)
        view.connect(
            "resource-load-started", lambda view, what, request: self.log("load", url=request.get_uri())
        )
        view.connect("close", lambda view: window.destroy())
        view.connect("web-process-terminated", lambda view, why: tell(f"web process terminated: {why}"))
        return view

    def decide(self, view, decision, kind):
        """iOS hands a profile to Settings and stays on the page; a download comes nearest to that."""
        if kind != WebKit2.PolicyDecisionType.RESPONSE:
            return False
        if decision.get_response().get_mime_type() != PROFILE and decision.is_mime_type_supported():
            return False
        decision.download()
        return True

    def download(self, context, download):
        download.connect("decide-destination", self.place)
        download.connect(
            "finished", lambda download: self.log("downloaded", url=download.get_request().get_uri())
        )

    def place(self, download, name):
        count = sum(1 for path in self.options.folder.iterdir() if path.name.endswith(name))
        path = self.options.folder / (f"{count}-{name}" if count else name)
        headers = {}
        download.get_response().get_http_headers().foreach(
            lambda key, value: headers.update({key.lower(): value})
        )
        download.set_destination(path.as_uri())
        self.log("download", url=download.get_request().get_uri(), name=name, path=str(path), headers=headers)
        return True

    def hide(self):
        for window in self.windows:
            window.hide()
        return True

    def show(self):
        for window in self.windows:
            window.show()
        return True


def tell(words):
    """To the driver's log: a browser that ends in the middle of a test must not do so in silence."""
    print(f"MiniSafari: {words}", file=sys.stderr, flush=True)


def end():
    tell("told to end")
    Gtk.main_quit()


def main():
    faulthandler.enable()
    # Never outlive WebKitWebDriver, however it ends.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    options = arguments()
    Gtk.Settings.get_default().set_property("gtk-application-prefer-dark-theme", options.dark)
    safari = MiniSafari(options)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, safari.hide)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR2, safari.show)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, end)
    (options.folder / "pid").write_text(str(os.getpid()))
    Gtk.main()
    tell("ended")


if __name__ == "__main__":
    sys.exit(main())
