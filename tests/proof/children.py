"""Processes that do actions and end as they are told: stopped, killed, or done.

`Children` is the tests' side. The file run as a program is a light process that forks
one child per job: the tests' own process has threads and open stores, which a fork
must not carry along.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commandes.settings import Settings
    from commandes.store import Store

REFUSED = 3  # exit code of a child whose action was refused
PAGE = 4096  # bytes by which a file grows


def place(settings: Settings) -> dict[str, str]:
    """Where a job finds the store of these settings."""
    return {"folder": str(settings.data_dir), "url": settings.database_url}


class Children:
    """Starts jobs in processes of their own, and waits for them."""

    def __init__(self) -> None:
        here = Path(__file__).parent
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, "PYTHONPATH": f"{here.parent}{os.pathsep}{here}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, job: str, **named: Any) -> int:
        """Begin a job on the store of `folder`; returns the id of its process."""
        return self._ask({"start": job, "named": named})

    def wait(self, process: int) -> int:
        """The exit code of a job's process, negative where a signal ended it."""
        return self._ask({"wait": process})

    def close(self) -> None:
        """Let the light process go."""
        self._server.communicate()

    def _ask(self, question: dict[str, Any]) -> int:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(question) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


def stop_after(store: Store, case: int, step: int) -> None:
    """Do a case's action; the process is gone when the step is done."""
    from every_action import CASES
    from wire import Tripwire

    wire = Tripwire()
    wire.spy_on(store)
    # Connecting is no step of an action: it is done before.
    with store.writing("nobody"):
        pass
    wire.stop_after(step)
    CASES[case].do(store, "k")


def keep(store: Store, step: int) -> None:
    """Keep a delivery; the process is gone when the step is done."""
    from wire import Tripwire

    from commandes.intake.webhooks import deliveries
    from commandes.intake.webhooks.signatures import Envelope

    wire = Tripwire()
    wire.spy_on(store)
    with store.writing("nobody"):
        pass
    wire.stop_after(step)
    envelope = Envelope("killed", "orders/create")
    deliveries.keep(store, "shopify", envelope, b"{}", actor="t")


def act_in_little_room(store: Store, case: int) -> None:
    """Do a case's action on a disk that has room for it at last, page after page."""
    import resource

    from every_action import CASES
    from wire import everything

    from commandes.errors import StoreError

    with store.writing("nobody"):
        pass
    before, refused = everything(store.settings), 0
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for room in itertools.count(0, PAGE):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        answer = CASES[case].try_to(store, "k")
        if not isinstance(answer, StoreError):
            break
        refused += 1
        assert "Rien n’a été changé." in str(answer)
        assert everything(store.settings) == before
    assert refused > 0


def refund(store: Store, key: str, **asked: Any) -> None:
    """Refund order 1, or exit as one who was refused."""
    from commandes.actions import refunds
    from commandes.actions.orders import Order
    from commandes.errors import RefundRefused

    number = asked.pop("number")
    try:
        refunds.refund(store, Order(number), **asked, actor=key, key=key)
    except RefundRefused:
        os._exit(REFUSED)


def act_at_random(store: Store, seed: int, told: str) -> None:
    """Do random actions for ever, and tell each one that was acknowledged."""
    from at_random import one_action

    chance = random.Random(seed)  # noqa: S311 (no secret)
    pipe = os.open(told, os.O_WRONLY)
    number = 0
    while True:
        number += 1
        answer = one_action(store, chance, f"{seed}-{number}")
        os.write(pipe, (json.dumps(answer) + "\n").encode())


def back_up_for_ever(store: Store, path: str, told: str) -> None:
    """Make one backup after another in one place, and tell each one."""
    from commandes.backups import backup

    pipe = os.open(told, os.O_WRONLY)
    while True:
        os.write(pipe, f"{backup(store, Path(path)).seq}\n".encode())


JOBS = {
    job.__name__: job
    for job in (
        *(stop_after, keep, act_in_little_room, refund, act_at_random),
        back_up_for_ever,
    )
}


def _do(job: str, folder: str, url: str = "", **named: Any) -> None:
    from every_action import ENVIRONMENT

    from commandes import settings
    from commandes.store import open_store

    where = {"COMMANDES_DATA_DIR": folder, "COMMANDES_DATABASE_URL": url}
    store = open_store(settings.read(ENVIRONMENT | where))
    JOBS[job](store, **named)


def _start(job: str, named: dict[str, Any]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        _do(job, **named)
    except BaseException:  # noqa: BLE001 (the child must not go on as its parent)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _serve() -> None:
    import at_random  # noqa: F401 (loaded once, for all children)
    import every_action  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401

    gc.freeze()
    for line in sys.stdin:
        question = json.loads(line)
        if "start" in question:
            answer = _start(question["start"], question["named"])
        else:
            ended = os.waitpid(question["wait"], 0)[1]
            answer = os.waitstatus_to_exitcode(ended)
        print(answer, flush=True)  # noqa: T201 (the answer to the tests)


if __name__ == "__main__":
    _serve()
