"""What an operator sets, set before Django reads its settings; loaded as a plugin by pytest's ``addopts``."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

_FOLDER = Path(tempfile.mkdtemp(prefix="gatehouse-tests-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)

(_FOLDER / "static").mkdir()  # where collectstatic would put them
_KEYS = _FOLDER / "keys" / "field-keys"
_KEYS.parent.mkdir(mode=0o700)
_KEYS.touch(mode=0o600)
_KEYS.write_text(Fernet.generate_key().decode() + "\n")

# No demonstration: the tests run what production runs. DATABASE_URL may name another database.
os.environ.pop("GATEHOUSE_DEMO", None)
os.environ["GATEHOUSE_VAR"] = str(_FOLDER)
os.environ["GATEHOUSE_SECRET_KEY"] = "tests-only-" + os.urandom(24).hex()
os.environ["GATEHOUSE_FIELD_KEY_FILE"] = str(_KEYS)
os.environ["GATEHOUSE_HTTPS"] = "proxy"
os.environ["GATEHOUSE_PRIVATE_NETWORKS"] = "127.0.0.0/8"  # where the real servers of the tests are
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_FOLDER / 'gatehouse.sqlite3'}")
