"""Files to rows: everything that is wrong is said at once; all of it is stored or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sites.models import Site
from django.db import transaction

from enrollment.actions.authorities import create_authority
from enrollment.actions.sites import YEARS, unused_site
from enrollment.settings_file.auditing import record
from enrollment.settings_file.file import KEYS, SECTIONS, VERSION
from enrollment.settings_file.nodes import Node, Scalar, Wrong, fields, text_of, unknown
from enrollment.settings_file.run import BadFile, Problem, Run, Source
from enrollment.settings_file.sections import site as site_section
from sites_config.changes import forget
from sites_config.models import SiteConfiguration, User

NEEDED = ("", "version", "site")  # without these nothing can be said of the rest


@dataclass(frozen=True)
class Wish:
    """``only``: the site that the file is for, whatever identifier stands in it. ``dry``: nothing is stored."""

    now: datetime
    only: Site | None = None
    prune: bool = False
    dry: bool = False
    author: User | None = None


def apply_documents(
    documents: Sequence[tuple[Source, Node]], wish: Wish, *, secrets_of: Site | None = None
) -> list[Run]:
    """One run for each site. ``secrets_of``: the site whose secrets {keep: true} means, if it is not the site itself.

    Raises BadFile, and then nothing was stored.
    """
    known, problems = _known(documents, wish)
    try:
        with transaction.atomic():
            runs = _stored(known, wish, secrets_of)
            problems += [problem for run in runs for problem in run.problems]
            if problems:
                raise BadFile(problems)
            if wish.dry:
                transaction.set_rollback(True)
            else:
                record(runs, wish.author)
    finally:
        forget()  # what this process remembers of rows that may be gone again
    return runs


def finish(runs: Sequence[Run]) -> Iterator[str]:
    """What takes its time, after everything is stored; it says what came of it."""
    for each in (each for run in runs for each in run.later):
        said = each()
        if said:
            yield said


@dataclass(frozen=True)
class _Document:
    source: Source
    of: dict[str, Node]
    identifier: str


def _known(documents: Sequence[tuple[Source, Node]], wish: Wish) -> tuple[list[_Document], list[Problem]]:
    """Those whose site is named, and what is wrong with the others."""
    found: list[_Document] = []
    problems: list[Problem] = []
    for source, node in documents:
        wrong = list(_wrong(node, [each.identifier for each in found]))
        if wish.only is not None and len(documents) > 1:
            wrong.append(Wrong(node, "A file for one --site holds this site alone."))
        problems += [Problem(source.name, each.line, each.key, str(each)) for each in wrong]
        if not any(each.key.partition(".")[0] in NEEDED for each in wrong):
            document = fields(node)
            found.append(_Document(source, document, _identifier(document)))
    return found, problems


def _wrong(node: Node, others: Sequence[str]) -> Iterator[Wrong]:
    """Why nothing can be done with a document. ``others``: identifiers of sites that came before."""
    try:
        document = fields(node)
    except Wrong as error:
        yield error
        return
    yield from unknown(document, KEYS)
    version = document.get("version")
    if not isinstance(version, Scalar) or version.text != str(VERSION):
        yield Wrong(version or node, f"It needs version: {VERSION}, the one that is read here.", "version")
    if "site" not in document:
        yield Wrong(node, "It needs a site with identifier and name.", "site")
        return
    about = list(_of_site(document["site"]))
    yield from about
    if not about and _identifier(document) in others:
        yield Wrong(node, f"The site {_identifier(document)} stands in the files twice.", "site")


def _of_site(node: Node) -> Iterator[Wrong]:
    try:
        found = list(site_section.problems_of(node))
    except Wrong as error:
        found = [error]
    for each in found:
        each.key = ".".join(filter(None, ("site", each.key)))
        yield each


def _identifier(document: dict[str, Node]) -> str:
    return text_of(fields(document["site"])["identifier"]).strip()


def _stored(documents: Sequence[_Document], wish: Wish, secrets_of: Site | None) -> list[Run]:
    """The sites first, then what belongs to what, then the rest: files may name each other's sites in any order."""
    runs = [(document, *_begun(document, wish, secrets_of)) for document in documents]
    there = [(document, run) for document, run, _new in runs if not run.problems]
    for document, run in there:
        site_section.apply(run, document.of)
    for document, run in there:
        for section in SECTIONS:
            if section.name in document.of:
                with run.within(section.name):
                    section.apply(run, document.of[section.name])
    for _document, run, new in runs:
        _give_authority(run, new)
    return [run for _document, run, _new in runs]


def _begun(document: _Document, wish: Wish, secrets_of: Site | None) -> tuple[Run, bool]:
    """With whether the site is a new one; it is there from now on."""
    site = wish.only or Site.objects.filter(domain=document.identifier, configuration__isnull=False).first()
    new = site is None
    if site is None:
        site = Site.objects.filter(domain=document.identifier).first() or unused_site()
        site.domain = document.identifier
    run = Run(
        site=site,
        file=document.source.name,
        folder=document.source.folder,
        now=wish.now,
        secrets_of=secrets_of or site,
        prune=wish.prune,
        author=wish.author,
    )
    site_section.begin(run, document.of, new=new)
    return run, new


def _give_authority(run: Run, new: bool) -> None:
    """As create_site does: a site that belongs to none can issue at once."""

    def made() -> str:
        name = SiteConfiguration.for_site(run.site).organization_name
        authority = create_authority(site=run.site, name=f"{name} Devices"[:64], years=YEARS, now=run.now)
        return f"The authority {authority} was made."

    if new and not run.problems and SiteConfiguration.objects.filter(site=run.site, parent=None).exists():
        run.later.insert(0, made)
