"""The way out of reminders, and the sweep, on a server in a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from commandes.actions import objections
from commandes.actions.orders import Order, find
from commandes.store import tables

PUBLIC = "commandes.example.org"
PATIENCE = 30  # seconds until something that must happen has happened


@pytest.fixture
def ask(shop, settings):
    """Ask a server over a shop with a cart left; its status and its text."""
    begun = datetime.now(UTC) - timedelta(hours=2)
    shop.order("1", is_cart=True, at=begun)
    process = subprocess.Popen(
        [sys.executable, "-m", "commandes.cli", "serve", "--json", "--port", "0"],
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("COMMANDES_")},
            "COMMANDES_DATA_DIR": str(settings.data_dir),
            "COMMANDES_PUBLIC_URL": f"https://{PUBLIC}",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    address = urlsplit(json.loads(process.stdout.readline())["address"])

    def asked(method: str, path: str, host: str = PUBLIC) -> tuple[int, str]:
        connection = http.client.HTTPConnection(address.hostname, address.port)
        body = "List-Unsubscribe=One-Click" if method == "POST" else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, path, body, {"Host": host, **kind})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    yield asked
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


def noted(store) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tables.objections))


def test_one_click_ends_it_and_the_cart_is_swept(shop, ask):
    """A GET asks, a POST notes, once; a token changed by a letter does neither."""
    token = objections.token(shop.store, "ana@example.org")
    path = f"/api/unsubscribe/{token}"
    wrong = path[:-1] + ("0" if path[-1] != "0" else "1")

    status, page = ask("GET", path)
    assert (status, noted(shop.store)) == (200, 0)
    assert '<form method="post">' in page
    assert 'lang="fr"' in page
    assert 'lang="en"' in page
    assert "example.org" not in page
    assert [ask(method, wrong)[0] for method in ("GET", "POST")] == [404, 404]
    assert noted(shop.store) == 0
    assert [ask("POST", path)[0] for _ in range(3)] == [200, 200, 200]
    assert noted(shop.store) == 1
    assert objections.among(shop.store, {"Ana@example.org"})
    # The public name opens this one page, and another name opens none.
    assert ask("GET", "/api/health")[0] == 400
    assert ask("GET", path, "other.example.org")[0] == 400
    assert ask("GET", path, "127.0.0.1")[0] == 403  # without the start-up token

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with shop.store.reading() as connection:
            if find(connection, Order("1")).payment_status == "abandoned":
                break
        time.sleep(0.05)
    with shop.store.reading() as connection:
        assert find(connection, Order("1")).payment_status == "abandoned"
