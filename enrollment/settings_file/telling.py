"""What changes, for people: old and new of each key; of a secret only that it is another."""

from collections.abc import Iterator

from enrollment.settings_file.run import Change, Run

LONGEST = 100  # characters on one line


def told(run: Run) -> Iterator[str]:
    """Lines; none for a site that is as the file says, and says everything."""
    if run.changes or run.kept:
        yield f"{run.site.name} ({run.site.domain})"
    for change in run.changes:
        yield from _told(change)
    for key in run.kept:
        yield f"  {key} (kept, not in the file)" if ": " not in key else f"  {key} (kept)"


def _told(change: Change) -> Iterator[str]:
    before, after = change.before, change.after
    if not (before or after):
        yield f"  {change.key}: changed"
    elif not before:
        yield f"  {change.key}: {after}" if _is_short(after) else f"  {change.key}:\n{_block('+', after)}"
    elif _is_short(before + after):
        yield f"  {change.key}: {before} → {after}"
    else:
        yield f"  {change.key}:\n{_block('-', before)}\n{_block('+', after)}"


def _is_short(text: str) -> bool:
    return len(text) <= LONGEST and "\n" not in text


def _block(sign: str, text: str) -> str:
    return "\n".join(f"    {sign} {line}" for line in text.splitlines())
