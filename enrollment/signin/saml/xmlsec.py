"""The program xmlsec1, which checks signatures for pysaml2, with a deadline."""

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from saml2.sigver import CryptoBackendXmlSec1, DecryptError, XmlsecError

LONGEST_RUN = 5.0  # seconds


class XmlSecMissing(Exception):
    """It is not installed, or does not come to an end: our fault, whatever was sent."""


@functools.cache
def xmlsec1() -> str:
    """Its path. Raises XmlSecMissing."""
    found = shutil.which("xmlsec1")
    if found is None:
        raise XmlSecMissing("xmlsec1 is not installed")
    return found


def run(command: list[str]) -> "subprocess.CompletedProcess[bytes]":
    """Raises XmlSecMissing."""
    try:
        return subprocess.run(command, capture_output=True, timeout=LONGEST_RUN, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise XmlSecMissing(f"xmlsec1 did not end within {LONGEST_RUN:g} seconds") from None
    except OSError as error:
        raise XmlSecMissing(f"xmlsec1 could not be run: {error.strerror}") from None


@functools.cache
def _version(program: str) -> str:
    words = run([program, "--version"]).stdout.decode("ascii", "replace").split()
    return words[1] if len(words) > 1 else "0.0.0"


class XmlSec(CryptoBackendXmlSec1):  # type: ignore[misc]  # pysaml2 has no types
    """pysaml2's own would wait for ever, and puts the whole output into its errors."""

    @property
    def version(self) -> str:
        return _version(self.xmlsec)

    def decrypt(self, _text: str, _key_file: str) -> str:
        """encryption.py did, where it may be: xmlsec1 reads whatever a CipherReference names."""
        raise DecryptError("nothing is decrypted by xmlsec1")

    def _run_xmlsec(self, com_list: list[str], extra_args: list[str]) -> tuple[str, str, bytes]:
        lax = ["--lax-key-search"] if self.version_nums >= (1, 3) else []
        with tempfile.NamedTemporaryFile(suffix=".xml") as output:
            done = run([*com_list, "--output", output.name, *lax, *extra_args])
            if done.returncode != 0:
                raise XmlsecError(f"xmlsec1 ended with {done.returncode}")
            texts: Any = (done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
            return (*texts, Path(output.name).read_bytes())
