"""Starting the application as an operator does: another process, an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings

BASE = Path(settings.BASE_DIR)


def production(folder: Path) -> dict[str, str]:
    """Everything production asks for, and nothing else."""
    keys = folder / "keys" / "field-keys"
    keys.parent.mkdir(exist_ok=True)
    keys.touch(mode=0o600)
    keys.write_text(Fernet.generate_key().decode() + "\n")
    return {
        "GATEHOUSE_SECRET_KEY": "a-secret-for-this-test-" + "x" * 40,
        "GATEHOUSE_FIELD_KEY_FILE": str(keys),
        "GATEHOUSE_HTTPS": "proxy",
        "DATABASE_URL": f"sqlite:///{folder / 'gatehouse.sqlite3'}",
        "GATEHOUSE_VAR": str(folder / "var"),
    }


def run(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs Python in the folder of the project with this environment and nothing of ours."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ
    }
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=BASE,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


SERVE = "import sites_config.wsgi; print('serving')"
