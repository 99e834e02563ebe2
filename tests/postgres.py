"""A PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path


def found_programs() -> Path | None:
    """Where PostgreSQL's programs are; None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("pg_ctl")
    return Path(on_path).resolve().parent if on_path else None


def let_others_in(folder: Path) -> None:
    """Let every user come to this folder, up to one that is everybody's (/tmp)."""
    for one in (folder, *folder.parents):
        if one.stat().st_mode & stat.S_ISVTX:
            break
        one.chmod(0o755)


class Postgres:
    """A server in a folder; it refuses to run as root: then as its package's user.

    Args:
        programs: the folder of its programs.
        folder: a new one, for its data, its log and its socket.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.data = programs, folder, folder / "data"
        folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            let_others_in(folder)
            shutil.chown(folder, "postgres", "postgres")

    def run(self, program: str, *arguments: str | Path, check: bool = True) -> None:
        """Run one of its programs."""
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run(
            [
                *(as_user if os.geteuid() == 0 else []),
                self.programs / program,
                *arguments,
            ],
            check=check,
            capture_output=True,
            cwd=self.folder,
        )

    def make(self) -> None:
        """New data, for a user who needs no password."""
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres")

    def start(self, options: str) -> None:
        """Listen on a socket in the folder, and where the options say."""
        options = f"-k {self.folder} {options}"
        self.control("-w", "-o", options, "-l", self.folder / "log", "start")

    def control(self, *arguments: str | Path) -> None:
        """Ask `pg_ctl`."""
        self.run("pg_ctl", "-D", self.data, *arguments)

    def stop(self) -> None:
        """Stop at once: it is thrown away, so a slow stop is no failure."""
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop", check=False)

    def die(self) -> None:
        """End without writing anything down, as in a crash."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
