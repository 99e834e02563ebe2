"""Starting a rebuild in a child process, and listening to its progress."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from commandes.errors import MirrorUnavailable
from commandes.mirror.database import reason
from commandes.settings import environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.mirror.slots import Slot
    from commandes.settings import Settings

_ROOT = Path(__file__).parents[2]


def aside(slot: Slot) -> Path:
    """A file to build in; what earlier builds left is removed.

    Named after the process: a child that has outlived its parent never meets ours.
    """
    for left in slot.folder.glob(f"{slot.file.name}.new*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    return slot.folder / f"{slot.file.name}.new-{os.getpid()}"


def build(path: Path, settings: Settings, tell: Callable[[float, str], None]) -> None:
    """Make a mirror file from the whole store, in a child process.

    A process of its own, because reading fast needs a second SQLite library, and the
    store's locks would not survive one in ours.

    Args:
        path: the file to make.
        settings: whose store; they go through the environment, never the command.
        tell: hears the share done (0 to 1) and the step, `read` or `build`.

    Raises:
        MirrorUnavailable: the child failed; its reason is in the message.
    """
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", "commandes.mirror.rebuild", str(path)],
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        with child:
            for line in child.stdout or ():
                share, step = line.split()
                tell(float(share), step)
        shutil.rmtree(path.with_name(path.name + ".tmp"), ignore_errors=True)
        if child.returncode != 0:
            for left in (path, path.with_name(path.name + ".wal")):
                left.unlink(missing_ok=True)
            said.seek(0)
            lines = said.read().strip().splitlines() or [str(child.returncode)]
            raise MirrorUnavailable(detail=reason(lines[-1]), folder=path.parent)


def _environment(settings: Settings) -> dict[str, str]:
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        **environment(settings),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }
