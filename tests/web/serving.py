"""A real server for tests of its doors, asked over raw HTTP."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Running:
    """A server's process, its port, its log's file, and what the address gave."""

    process: subprocess.Popen
    port: int
    log: Path
    cookie: str

    def ask(self, path: str, method: str = "GET", **headers: str):
        """A request of this machine; status, headers (all values), body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"Cookie": self.cookie} | named
        connection.request(method, path, headers=named)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.msg, body

    def lines(self) -> list[dict]:
        """What the log says."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Running]:
    """A server over the data folder `folder / "data"`."""
    log = folder / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "commandes.cli", "serve", "--json", "--port", "0"],
            env={
                **{
                    k: v for k, v in os.environ.items() if not k.startswith("COMMANDES")
                },
                "COMMANDES_DATA_DIR": str(folder / "data"),
                **settings,
            },
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        printed = urlsplit(json.loads(process.stdout.readline())["address"])
        token = printed.query.removeprefix("token=")
        yield Running(process, printed.port, log, f"commandes_{printed.port}={token}")
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()
