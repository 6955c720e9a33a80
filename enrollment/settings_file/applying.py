"""Files to rows: everything that is wrong is said at once; all of it is stored or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.sites.models import Site
from django.db import transaction

from enrollment.actions.authorities import create_authority
from enrollment.actions.sites import YEARS, unused_site
from enrollment.settings_file.auditing import record
from enrollment.settings_file.file import KEYS, SECTIONS, VERSION
from enrollment.settings_file.nodes import Fields, Node, Wrong, fields, text_of
from enrollment.settings_file.reading import read
from enrollment.settings_file.run import BadFile, Problem, Run
from enrollment.settings_file.sections import site as site_section
from sites_config.changes import forget
from sites_config.models import SiteConfiguration, User


@dataclass(frozen=True)
class Source:
    """``name`` as it is shown; ``folder``: where files that it names are looked for."""

    name: str
    folder: Path
    content: bytes


@dataclass(frozen=True)
class Wish:
    """``only``: the site that the file is for, whatever identifier stands in it. ``dry``: nothing is stored."""

    now: datetime
    only: Site | None = None
    prune: bool = False
    dry: bool = False
    author: User | None = None


def apply_files(sources: Sequence[Source], wish: Wish) -> list[Run]:
    """One run for each site of the files. Raises BadFile, and then nothing was stored."""
    documents = [(source, node) for source in sources for node in read(source.content, source.name)]
    return apply_documents(documents, wish)


def apply_documents(
    documents: Sequence[tuple[Source, Node]], wish: Wish, *, secrets_of: Site | None = None
) -> list[Run]:
    """Likewise. ``secrets_of``: the site whose secrets {keep: true} means, if it is not the site itself."""
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
        try:
            each = _Document(source, *_checked(node))
            if wish.only is not None and len(documents) > 1:
                raise Wrong(node, "A file for one --site holds this site alone.")
            if each.identifier in [other.identifier for other in found]:
                raise Wrong(node, f"The site {each.identifier} stands in the files twice.", "site")
            found.append(each)
        except Wrong as error:
            problems.append(Problem(source.name, error.line, error.key, str(error)))
    return found, problems


def _checked(node: Node) -> tuple[dict[str, Node], str]:
    document = fields(node, KEYS)
    if not isinstance(node, Fields) or "site" not in document:
        raise Wrong(node, "It needs a site with identifier and name.", "site")
    version = document.get("version")
    if version is None or text_of(version) != str(VERSION):
        raise Wrong(version or node, f"It needs version: {VERSION}, the one that is read here.", "version")
    try:
        return document, site_section.identifier_of(document)
    except Wrong as error:
        error.key = ".".join(filter(None, ("site", error.key)))
        raise


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
