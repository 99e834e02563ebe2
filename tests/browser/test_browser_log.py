"""The log of a whole journey through the sample shop holds nothing of its customers."""

from __future__ import annotations

import json
from urllib.parse import quote

from driving import Orders, served, settled
from playwright.sync_api import expect
from sqlalchemy import select

from commandes.intake.fill import fill
from commandes.store import tables

_PERSONAL = (
    *("customer_name", "email", "phone", "ip_address", "billing", "shipping_address"),
    *("billing_address", "user_agent"),
)


def _values(found) -> set[str]:
    """Every text in a value, whatever it is wrapped in."""
    if isinstance(found, dict):
        return {text for value in found.values() for text in _values(value)}
    if isinstance(found, str) and found.startswith("{"):
        return _values(json.loads(found))
    return {str(found)} if found else set()


def _of_the_customers(store) -> set[str]:
    """What the sample shop knows of its customers; short codes are nobody's."""
    columns = [tables.orders.c[name] for name in _PERSONAL if name in tables.orders.c]
    assert len(columns) > 5
    with store.reading() as connection:
        rows = connection.execute(select(*columns)).all()
    texts = {text for row in rows for value in row for text in _values(value)}
    return {text for text in texts if len(text) > 4}


def test_a_journey_leaves_no_trace_of_anybody(tmp_path, visitor):
    """Search, panel, wrong addresses, a foreign name, pages: nobody is named."""
    log = tmp_path / "log"

    def sample(shop):
        fill(shop.store, 60, 1, actor="test")

    # A mail server that is not there: what waits is tried, and that is said.
    more = {"COMMANDES_LOG": "all", "COMMANDES_SMTP_URL": "smtp://127.0.0.1:9"}
    with served(tmp_path / "data", sample, log=log, **more) as server:
        with server.shop() as shop:
            personal = _of_the_customers(shop.store)
            with shop.store.reading() as connection:
                c = tables.orders.c
                order = connection.execute(
                    select(tables.orders).where(
                        c.email.is_not(None), c.archived_at.is_(None), ~c.is_cart
                    )
                ).first()
        name, email = order.customer_name, order.email
        page = visitor.open(f"{server.address}/commandes?search={quote(name)}")
        Orders(page).infos(0)
        for address in (
            *(f"clients/{quote(email)}", f"api/exports/{quote(email)}/x.csv"),
            *(f"api/unsubscribe/{quote(email)}", f"media/{quote(name)}"),
        ):
            visitor.context.request.get(f"{server.address}/{address}")
        visitor.context.request.get(
            server.address, headers={"Host": "evil.example", "X-Real-Name": email}
        )
        page.goto(f"{server.address}/conversations")
        settled(page)
        page.goto(f"{server.address}/commande?commande={quote(order.number)}")
        settled(page)
        expect(page.get_by_text(email).first).to_be_visible()

    text = log.read_text()
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert {"started", "request", "socket_opened", "stopped"} <= set(events)
    assert len(personal) > 60
    assert sorted(found for found in personal if found in text) == []
    assert "@" not in text
