"""`python -m benchmarks.soak`: an hour of users, webhooks, imports and mails at once.

One server (two on PostgreSQL) over a fresh store, watched every half minute; at the
end everything that was sent is there exactly once, and the server is as it was. What
was found stands in docs/soak.md (docs/soak-postgresql.md); what does not hold is said,
and the exit code is 1. Linux only: it looks into /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import platform
import random
import shutil
import signal
import statistics
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from benchmarks.__main__ import KEPT, ROOT
from benchmarks.sessions import Served, served
from benchmarks.soaking import bodies, people, platforms, post, proof, watch
from benchmarks.soaking.ledger import Ledger
from benchmarks.soaking.programs import program
from benchmarks.soaking.watch import Held, Sample
from commandes import settings as settings_module
from commandes.intake.fill import fill
from commandes.intake.webhooks import deliveries
from commandes.store import open_store, tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commandes.settings import Settings
    from commandes.store import Store

FOLDER = KEPT / "soak"
DOCUMENTS = ROOT / "docs"
ORDERS = 20_000
PEOPLE = 6
WINDOW = 30.0
# Seconds between two files, and those that what waits has at the end to be done.
FILE_EVERY, DRAIN = 60.0, 180.0
VERIFY = 600.0
_ROWS = 12


@dataclass
class Soak:
    """What a run works with, and what it has found.

    Attributes:
        variables: the environment of the programs that it runs.
        logs: what each server says.
    """

    settings: Settings
    store: Store
    servers: list[Served]
    logs: list[Path]
    variables: dict[str, str]
    post: post.Post
    ledger: Ledger = field(default_factory=Ledger)
    samples: list[Sample] = field(default_factory=list)


def _settings(smtp_port: int) -> Settings:
    """Those of a shop with everything on, on a store that nobody has used."""
    url = os.environ.get("COMMANDES_DATABASE_URL", "")
    secrets = {
        f"COMMANDES_{name.upper()}": "\n".join(value)
        for name, value in bodies.SECRETS.items()
    }
    return settings_module.read(
        {
            "COMMANDES_DATA_DIR": str(FOLDER),
            "COMMANDES_DATABASE_URL": url,
            "COMMANDES_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "COMMANDES_LOG": "all",
            **secrets,
        }
    )


def _filled(settings: Settings) -> Store:
    store = open_store(settings)
    with store.reading() as connection:
        if connection.scalar(select(func.count()).select_from(tables.orders)):
            raise SystemExit("COMMANDES_DATABASE_URL names a store that holds orders")
    fill(store, ORDERS, 1, actor="soak")
    return store


async def _staff(soak: Soak, seconds: float) -> None:
    """Staff in a process of their own; each line is an answer that they got."""
    module = "benchmarks.soaking.staff"
    async with program(module, str(seconds), variables=soak.variables) as process:
        while line := await process.stdout.readline():
            soak.ledger.acted.append(json.loads(line))
        if await process.wait():
            said = await process.stderr.read()
            soak.ledger.trouble(f"staff ended: {said.decode()[-300:].strip()}")


async def _watched(soak: Soak, began: float, until: float) -> None:
    while time.perf_counter() < until:
        due = began + WINDOW * (len(soak.samples) + 1)
        await asyncio.sleep(max(0.0, min(due, until) - time.perf_counter()))
        sample = await asyncio.to_thread(_sample, soak, began)
        soak.samples.append(sample)
        print(_line(sample, soak.ledger), flush=True)


def _sample(soak: Soak, began: float) -> Sample:
    looked = [watch.look(server) for server in soak.servers]
    wal = FOLDER / "commandes.db-wal"
    return Sample(
        at=time.perf_counter() - began,
        clicks=soak.ledger.taken(),
        processes=tuple(process for process, _head, _queued in looked),
        head=max(head for _process, head, _queued in looked),
        outbox=looked[0][2],
        deliveries=deliveries.counts(soak.store)["waiting"],
        wal=wal.stat().st_size / 2**20 if wal.exists() else 0.0,
    )


def _line(one: Sample, ledger: Ledger) -> str:
    held = " ".join(
        f"{p.memory:.0f}+{p.children:.0f} MB {p.files} files {p.threads} threads "
        f"{p.sessions} sessions {p.behind} behind"
        for p in one.processes
    )
    return (
        f"{one.at:5.0f} s | {len(one.clicks)} clicks {one.median:.0f} ms, "
        f"95 % {one.slow:.0f} ms | {held} | journal {one.head}, outbox {one.outbox}, "
        f"deliveries {one.deliveries}, wal {one.wal:.1f} MB | {len(ledger.acted)} "
        f"actions, {sum(ledger.accepted.values())} + {len(ledger.forged)} deliveries, "
        f"{ledger.files} files"
    )


async def _at_work(soak: Soak, seconds: float) -> None:
    """Everybody at once until the time is over, then until nothing waits any more."""
    began = time.perf_counter()
    until = began + seconds
    servers, ledger = soak.servers, soak.ledger
    async with asyncio.TaskGroup() as group:
        for turn in range(PEOPLE):
            server = servers[turn % len(servers)]
            chance = random.Random(turn)  # noqa: S311 (no secret)
            group.create_task(people.come_and_go(server, ledger, until, chance))
        for turn, endpoint in enumerate(bodies.ENDPOINTS):
            server = servers[turn % len(servers)]
            chance = random.Random(100 + turn)  # noqa: S311 (no secret)
            group.create_task(platforms.tell(endpoint, server, ledger, until, chance))
        group.create_task(
            platforms.bring(FOLDER, soak.variables, ledger, until, FILE_EVERY)
        )
        group.create_task(_staff(soak, seconds))
        group.create_task(_watched(soak, began, until))
    soak.post.putting_off = False
    print("… until nothing waits any more", flush=True)
    await _drained(soak)


async def _drained(soak: Soak) -> None:
    until = time.perf_counter() + DRAIN
    while time.perf_counter() < until:
        waiting = await asyncio.to_thread(_waiting, soak.store)
        if not waiting:
            break
        await asyncio.sleep(1)
    else:
        soak.ledger.trouble(f"{waiting} still wait after {DRAIN:.0f} s")
    for server in soak.servers:
        person = await people.Visitor.arriving(server)
        # The first answer may be of what the mirror had; it follows meanwhile.
        await person.rest(3)
        await person.click("")
        behind = watch.look(server)[0].behind
        if behind:
            soak.ledger.trouble(f"a mirror stays {behind} entries behind")
        await person.leave()


def _waiting(store: Store) -> int:
    m = tables.messages.c
    queued = m.state.in_(("queued", "sending")) & (m.direction == "out")
    with store.reading() as connection:
        messages = connection.scalar(select(func.count(m.id)).where(queued)) or 0
    return messages + deliveries.counts(store)["waiting"]


async def _verified(variables: dict[str, str]) -> Held:
    module = ("commandes.cli", "verify", "--json")
    async with program(*module, variables=variables) as process:
        async with asyncio.timeout(VERIFY):
            said, _complained = await process.communicate()
    answer = json.loads(said)
    broken = [one["rule"] for one in answer["checks"] if not one["ok"]]
    rules = "I1 to I6 hold" if not broken else f"{', '.join(broken)} broken"
    head = answer["head"].partition(":")[0]
    ok = answer["ok"] and not process.returncode
    return Held(f"`commandes verify`: {rules}, {head} entries", ok=ok)


@contextmanager
def _alone() -> Iterator[None]:
    """One soak at a time: it begins by removing the folder."""
    KEPT.mkdir(exist_ok=True)
    with (KEPT / "soak.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("another soak is running here") from None
        yield


def run(seconds: float) -> tuple[Soak, list[Held]]:
    """Soak for so long; what was found."""
    mail = post.Post()
    with ExitStack() as closing:
        closing.enter_context(_alone())
        shutil.rmtree(FOLDER, ignore_errors=True)
        controller = post.started(mail)
        closing.callback(controller.stop)
        settings = _settings(controller.port)
        store = _filled(settings)
        closing.callback(store.close)
        names = ["server.log"] if store.sqlite_path else ["server.log", "server-2.log"]
        logs = [FOLDER / name for name in names]
        with ExitStack() as running:
            servers = [running.enter_context(served(settings, log)) for log in logs]
            variables = {**os.environ, **settings_module.environment(settings)}
            soak = Soak(settings, store, servers, logs, variables, mail)
            print(f"{len(servers)} × {servers[0].address}, {ORDERS} orders", flush=True)
            asyncio.run(_at_work(soak, seconds))
            print("… until it has stopped", flush=True)
        found = list(_found(soak))
    return soak, found


def _found(soak: Soak) -> Iterator[Held]:
    yield from watch.steady(soak.samples)
    with soak.store.reading() as connection:
        yield from proof.found(connection, soak.ledger, soak.post)
    for path in soak.logs:
        held, warned = proof.log(path)
        yield from held
        for said, times in warned.items():
            print(f"  {path.name}: {times} × {said}")
    yield asyncio.run(_verified(soak.variables))


def write(soak: Soak, found: list[Held], seconds: float) -> None:
    """What was found, as a document."""
    name = "soak.md" if soak.store.sqlite_path else "soak-postgresql.md"
    lasted = f"{seconds / 60:g} minutes"
    store = "SQLite" if soak.store.sqlite_path else "PostgreSQL, two app processes"
    lost = [one.said for one in found if not one.ok]
    lines = [
        "# Soak",
        "",
        f"Written by `make soak`: {lasted} on a fresh store of 20 000 sample orders",
        f"({store}). At the same time {PEOPLE} people click through the pages, go",
        "(some without a word) and come back; staff act in another process; Shopify,",
        "WooCommerce and another program tell of orders, some twice or out of order,",
        "some forged; a file of some hundred orders comes each minute, a part of it",
        "known; messages leave through a mail server that puts some off.",
        f"Machine: {platform.machine()}, Python {platform.python_version()}, two",
        "hyperthreads of one core, shared with all of this and with other work.",
        "",
        *_table(soak.samples),
        "",
        "What held:" if lost else "All of it held:",
        "",
        *[f"- {one.said}" for one in found if one.ok],
        "",
    ]
    if lost:
        lines += ["What did not:", "", *[f"- {said}" for said in lost], ""]
    (DOCUMENTS / name).write_text("\n".join(lines), encoding="utf-8")


def _table(samples: list[Sample]) -> Iterator[str]:
    head = (
        "minutes | clicks | median | 95 of 100 within | memory | children | files "
        "| threads | mirror behind | journal | outbox | deliveries waiting"
    )
    yield f"| {head} |"
    yield f"|{'---|' * (head.count('|') + 1)}"
    step = -(-len(samples) // _ROWS)
    for first in range(0, len(samples), step):
        some = samples[first : first + step]
        began = samples[first - 1].at if first else 0.0
        whole = Sample(
            at=some[-1].at,
            clicks=sorted(c for one in some for c in one.clicks),
            processes=some[-1].processes,
            head=some[-1].head,
            outbox=max(one.outbox for one in some),
            deliveries=max(one.deliveries for one in some),
            wal=max(one.wal for one in some),
        )
        yield f"| {' | '.join(_cells(began, some, whole))} |"


def _cells(began: float, some: list[Sample], whole: Sample) -> list[str]:
    def each(name: str, unit: str = "") -> str:
        of = zip(*(one.processes for one in some), strict=True)
        found = [statistics.fmean(getattr(p, name) for p in one) for one in of]
        return " / ".join(f"{value:.0f}{unit}" for value in found)

    return [
        f"{began / 60:.1f}–{whole.at / 60:.1f}",
        str(len(whole.clicks)),
        f"{whole.median:.0f} ms",
        f"{whole.slow:.0f} ms",
        *(each("memory", " MB"), each("children", " MB"), each("files")),
        *(each("threads"), each("behind"), watch.thousands(whole.head)),
        *(str(whole.outbox), str(whole.deliveries)),
    ]


def _ended(*_signal: object) -> None:
    # What Ctrl-C does: asyncio ends its tasks first.
    signal.raise_signal(signal.SIGINT)


def main() -> int:
    """Soak, say what held, write docs/soak.md."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak", description=__doc__
    )
    parser.add_argument("--minutes", type=float, default=60)
    options = parser.parse_args()
    if not 2 <= options.minutes <= 24 * 60:
        parser.error("--minutes: from 2 to 1440")
    # What ends us ends what we began, in the background of a shell too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _ended)
    seconds = options.minutes * 60
    soak, found = run(seconds)
    write(soak, found, seconds)
    for one in found:
        print(("  " if one.ok else "NOT: ") + one.said)
    lost = sum(not one.ok for one in found)
    print(f"{lost} things did not hold" if lost else "all of it held")
    return min(lost, 1)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit("interrupted: nothing was judged")
