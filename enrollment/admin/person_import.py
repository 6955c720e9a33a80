"""People from a file that an administrator uploads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from enrollment.actions.people import COLUMNS, Imported, import_people
from enrollment.admin.file_import import SAMPLE, FileForm, FileImport
from enrollment.models import Person
from sites_config.admin.buttons import actor


class PeopleImport(FileImport[FileForm, Imported]):
    form_class = FileForm
    title = "Import people"
    words = (
        f"A CSV file with a header row, a person a row. Columns: {', '.join(COLUMNS)}; only user_name is needed, a "
        "column that the file lacks stays as it is, and other columns are left out. Commas, semicolons or tabs. "
        "Whoever is known by the user name is changed, and nobody is removed. First you see what would happen."
    )
    press = "Import them"
    command = "manage.py import_people"

    def do(self, request: HttpRequest, form: FileForm, content: bytes, *, dry_run: bool) -> Imported:
        site = form.cleaned_data["site"]
        return import_people(content, site=site, actor=actor(request), now=timezone.now(), dry_run=dry_run)

    def found(self, done: Imported) -> list[tuple[str, str]]:
        counts = (
            ("Would be added", len(done.made)),
            ("Would be changed", len(done.changed)),
            ("Would stay as they are", done.same),
        )
        sample = [*done.made, *done.changed][:SAMPLE]
        return [
            *((words, str(count)) for words, count in counts),
            *done.notes,
            *((person.user_name, _in_words(person)) for person in sample),
        ]

    def done(self, request: HttpRequest, form: FileForm, done: Imported) -> HttpResponse:
        messages.success(request, f"{len(done.made)} people added, {len(done.changed)} changed.")
        self.tell_notes(request, done.notes)
        return redirect(self.back)


def _in_words(person: Person) -> str:
    others = (getattr(person, name) for name in COLUMNS if name != "user_name")
    return ", ".join(filter(None, others)) or "nothing but the user name"
