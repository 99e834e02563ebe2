"""The peers' programs: a virtual environment of their own, made when first needed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).with_name("requirements.lock")
NAMES = ("django-oscar", "django", "datasette", "pandas", "streamlit", "waitress")


class Missing(Exception):  # noqa: N818 (it is no failure: a row says so)
    """A peer cannot be measured here; says why."""


def python(folder: Path) -> Path:
    """The Python of the peers, installed from the lock file if it has changed.

    Raises:
        Missing: it cannot be installed.
    """
    program, stamp = folder / "bin" / "python", folder / "installed.lock"
    wanted = LOCK.read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return program
    try:
        _run(sys.executable, "-m", "venv", "--clear", folder)
        pip = [
            program,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        _run(*pip, "--require-hashes", "-r", LOCK)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Missing("the peers’ packages cannot be installed here") from error
    stamp.write_bytes(wanted)
    return program


def versions(program: Path) -> dict[str, str]:
    """The version of each peer; Python's too."""
    code = (
        "import json, platform, sys; from importlib.metadata import version\n"
        "found = {name: version(name) for name in sys.argv[1:]}\n"
        "print(json.dumps({'Python': platform.python_version()} | found))"
    )
    done = _run(program, "-c", code, *NAMES)
    return json.loads(done.stdout)


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True)
