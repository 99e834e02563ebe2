"""Platforms that tell of orders: signed, twice, out of order, and by impostors.

And their files: what they told already stands in the next file too.
"""

from __future__ import annotations

import asyncio
import csv
import http.client
import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from benchmarks.soaking import bodies
from benchmarks.soaking.programs import program

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from benchmarks.sessions import Served
    from benchmarks.soaking.ledger import Ledger

# Seconds between two deliveries of one platform.
_PAUSE = (0.4, 2.6)
# Shares of orders: told twice, told in the wrong order, and with an impostor beside.
_TWICE, _WRONG, _FORGED = 0.25, 0.2, 0.2
# Tries of one delivery where the server is busy, a second apart.
_TRIES = 20
# Orders of a file: new ones, those of the file before, those told by deliveries.
NEW, KNOWN, TOLD = 200, 100, 50
_FIRST_FILED = 5_000_000


async def tell(
    endpoint: str, server: Served, ledger: Ledger, until: float, chance: random.Random
) -> None:
    """A platform's orders, each made and then changed, until the time is over."""
    turn = 0
    while time.perf_counter() < until:
        turn += 1
        story = bodies.story(endpoint, turn)
        ledger.begun.add(bodies.identity(endpoint, turn))
        if chance.random() < _FORGED:
            await _forge(endpoint, server, ledger, story[0], chance)
        if chance.random() < _WRONG:
            story.reverse()
        kept = [await _deliver(endpoint, server, ledger, d, chance) for d in story]
        if all(kept):
            ledger.told.add(bodies.identity(endpoint, turn))


async def _deliver(
    endpoint: str,
    server: Served,
    ledger: Ledger,
    told: bodies.Delivery,
    chance: random.Random,
) -> bool:
    """Send a delivery until it is kept; some of them once more, or twice at once."""
    headers = bodies.signed(endpoint, told)
    at_once = 2 if chance.random() < _TWICE / 2 else 1
    times = 2 if chance.random() < _TWICE / 2 else 1
    kept = 0
    for _time in range(times):
        sending = [
            _until_kept(endpoint, server, ledger, told, headers)
            for _copy in range(at_once)
        ]
        kept += sum(await asyncio.gather(*sending))
    if kept:
        ledger.accepted[endpoint, bodies.kept_as(endpoint, told)] = kept
    await asyncio.sleep(chance.uniform(*_PAUSE))
    return bool(kept)


async def _until_kept(
    endpoint: str,
    server: Served,
    ledger: Ledger,
    told: bodies.Delivery,
    headers: dict[str, str],
) -> bool:
    status = 0
    for _try in range(_TRIES):
        status = await asyncio.to_thread(_post, server, endpoint, told.body, headers)
        if status == 200:
            return True
        ledger.busy += 1
        await asyncio.sleep(1)
    ledger.trouble(f"a delivery of {endpoint} was never kept: {status}")
    return False


async def _forge(
    endpoint: str,
    server: Served,
    ledger: Ledger,
    told: bodies.Delivery,
    chance: random.Random,
) -> None:
    """Somebody else's delivery, who knows all but the secret."""
    name = f"FORGED-{secrets.token_hex(6)}"
    body = told.body.replace(told.number.encode(), name.encode())
    forged = bodies.Delivery(name, told.topic, body, name)
    kind = chance.choice(("secret", "body", "none", "old"))
    headers = bodies.forged(endpoint, forged, told, kind)
    status = await asyncio.to_thread(_post, server, endpoint, forged.body, headers)
    ledger.forged.append((endpoint, name, status))


def _post(server: Served, endpoint: str, body: bytes, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(server.address, timeout=60)
    try:
        connection.request("POST", f"/api/webhooks/{endpoint}", body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


async def bring(
    folder: Path, variables: dict[str, str], ledger: Ledger, until: float, every: float
) -> None:
    """A file through the command line every so many seconds."""
    while time.perf_counter() < until:
        began = time.perf_counter()
        ledger.files += 1
        path = folder / f"orders-{ledger.files}.csv"
        new, known, told = _write(path, ledger)
        answer = await _imported(path, variables, ledger)
        if answer is not None:
            whole = len(new) + len(known) + len(told)
            for wrong in _check(answer, len(new), len(known), whole):
                ledger.trouble(f"{path.name}: {wrong}")
            ledger.filed |= {("shopify", number) for number in (*new, *known, *told)}
            ledger.known += len(known) + len(told)
        pause = max(0.0, began + every - time.perf_counter())
        await asyncio.sleep(min(pause, max(0.0, until - time.perf_counter())))


def _write(path: Path, ledger: Ledger) -> tuple[list[str], list[str], list[str]]:
    """The file; the numbers of its new orders, of those filed and those told before."""
    first = _FIRST_FILED + NEW * ledger.files
    new = [f"#{first + turn}" for turn in range(NEW)]
    known = [f"#{first - KNOWN + turn}" for turn in range(KNOWN)]
    known = [number for number in known if ("shopify", number) in ledger.filed]
    told = sorted(number for source, number in ledger.told if source == "shopify")
    told = told[-TOLD:]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, bodies.HEADERS, restval="")
        writer.writeheader()
        for number in (*known, *new, *told):
            writer.writerows(bodies.file_rows(number))
    return new, known, told


async def _imported(
    path: Path, variables: dict[str, str], ledger: Ledger
) -> dict[str, Any] | None:
    told = ("commandes.cli", "import", str(path), "--json")
    async with program(*told, variables=variables) as process:
        said, complained = await process.communicate()
    if process.returncode:
        ledger.trouble(f"{path.name}: {complained.decode()[-300:].strip()}")
        return None
    return json.loads(said)


def _check(answer: dict[str, Any], new: int, known: int, whole: int) -> list[str]:
    """What an import should not have said."""
    counts = {name: answer[f"orders_{name}"] for name in ("new", "updated")}
    unchanged = answer["orders_unchanged"]
    wrong = []
    if answer["rows_rejected"]:
        wrong.append(f"{answer['rows_rejected']} rows rejected")
    if sum(counts.values()) + unchanged != whole:
        wrong.append(f"{counts} and {unchanged} unchanged are not {whole}")
    # A delivery that waits still lets the file be first with its order.
    if not new <= counts["new"] <= whole - known or unchanged < known:
        wrong.append(f"{counts} and {unchanged} unchanged: {new} new, {known} known")
    return wrong
