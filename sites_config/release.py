"""Which release this is."""

import functools
import tomllib

from django.conf import settings


@functools.cache
def version() -> str:
    """As pyproject.toml says, which lies beside the code wherever it runs."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])
