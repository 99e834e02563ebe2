"""Twenty invented customers who left their traces everywhere that a shop keeps any."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import select

from commandes.actions import (
    messages,
    notebooks,
    notes,
    objections,
    refunds,
    status,
    stock,
    templates,
    tracking,
    views,
)
from commandes.actions.orders import Order
from commandes.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shop import Shop

    from commandes.store import Store

MANY = 20


@dataclass(frozen=True)
class Customer:
    """One of them; every text of theirs bears a word that nobody else has."""

    place: int

    @property
    def word(self) -> str:
        return f"Zyxwou{self.place:02}q"

    @property
    def name(self) -> str:
        return f"Élodie {self.word}"

    @property
    def email(self) -> str:
        return f"{self.word}@Example.org"

    @property
    def phone(self) -> str:
        return f"+33 6 55 19 {self.place:02} 77"

    @property
    def ip(self) -> str:
        return f"198.51.100.{100 + self.place}"

    @property
    def number(self) -> str:
        return f"P{self.place:02}"

    @property
    def traces(self) -> list[str]:
        """What must not be found anywhere afterwards, in whatever case."""
        return [self.word, self.phone, self.phone.replace(" ", ""), self.ip]

    def address(self) -> str:
        return json.dumps(
            {
                "name": self.name,
                "line1": f"12 rue {self.word}",
                "city": f"Ville-{self.word}",
                "zip": "29200",
                "country": "FR",
                "phone": self.phone,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    def told(self, number: str | None = None, **more: Any) -> dict[str, Any]:
        """An order as a file tells it, with their traces in every text."""
        line = {
            "sku": f"BAGUE-{self.place}",
            "title": f"Bague gravée {self.name}",
            "variant": f"gravure {self.word}",
            "price": 4200,
            "quantity": 2,
            "details": {"event": "Concert", "attendee": self.name, "seat": self.word},
        }
        return {
            "number": number or self.number,
            "at": datetime(2026, 3, 2, 9, self.place, tzinfo=UTC),
            "customer_name": self.name,
            "email": self.email,
            "phone": self.phone,
            "marketing_consent": True,
            "billing_address": self.address(),
            "shipping_address": self.address(),
            "ip_address": self.ip,
            "user_agent": f"Mozilla/5.0 {self.word}",
            "cart_url": f"https://shop.example.org/cart/{self.word}",
            "discount_codes": f"MERCI-{self.word}",
            "lines": [line, {"sku": "LAMP", "title": "Lampe", "price": 1000}],
            "paid": [{"amount": 9400, "reference": f"virement {self.word}"}],
            "notes": [f"Sonner chez {self.word}"],
            "shipments": [
                {
                    "carrier": "UPS",
                    "number": f"1Z{self.word}",
                    "url": f"https://ups.example.org/{self.word}",
                }
            ],
            "tags": ["VIP"],
            **more,
        }


CUSTOMERS = tuple(map(Customer, range(1, MANY + 1)))


def leave_traces(shop: Shop, customers: Sequence[Customer] = CUSTOMERS[:2]) -> None:
    """Each of them orders, writes, is written to, sends back, is searched for."""
    store = shop.store
    shop.bring(shop.incoming([one.told() for one in customers]))
    shop.order("X1", customer_name="Ana Martin", email="ana@example.org", paid=1000)
    for one in customers:
        _correspond(store, one)
    stock.adjust(store, "LAMP", 5, f"rendu par {customers[0].name}", actor="Inès")
    status.cancel(store, Order("P01"), actor="Inès")


def _correspond(store: Store, one: Customer) -> None:
    order = Order(one.number)
    notes.note(store, order, f"{one.name} a appelé", actor="Inès")
    notes.note(store, Order("X1"), f"Livrer avec {one.email.lower()}", actor="Inès")
    messages.message(store, order, "Merci", f"Bonjour {one.name}", actor="Inès")
    messages.receive(
        store,
        order,
        messages.Reply(
            f"<{one.word}@mail.example.org>",
            one.email,
            f"Re: {one.word}",
            f"Écrivez à {one.email}",
            None,
        ),
        actor="inbox",
    )
    tracking.track(
        store,
        order,
        carrier="UPS",
        number=f"1ZB{one.word}",
        tell=False,
        actor="Inès",
    )
    refunds.refund(
        store,
        order,
        lines={"LAMP": 1},
        reason=f"{one.name} n’en veut plus",
        actor="Inès",
    )
    refunds.close(store, order, reference=f"re_{one.word}", actor="Inès")
    views.save(store, f"Suivre {one.name}", f"search={one.email}", actor="Inès")
    text = f"select '{one.email}' as qui"
    notebooks.save(store, one.name, [{"kind": "sql", "text": text}], actor="Inès")
    templates.save(store, f"Pour {one.place}", "Bonjour", f"À {one.email}", actor="I")
    objections.object_to_reminders(store, objections.token(store, one.email))


def leave_files(folder: Path) -> None:
    """Exports, a document, logs, and a file of somebody else."""
    for one in CUSTOMERS:
        waiting = folder / "exports" / f"token{one.place}"
        waiting.mkdir(parents=True)
        (waiting / "commandes.csv").write_text(f"{one.name};{one.email}\n", "utf-8")
    everyone = "\n".join(f"{one.name},{one.email},{one.phone}" for one in CUSTOMERS)
    (folder / "mars.csv").write_text(everyone, "utf-8")
    (folder / "mars.html").write_text(everyone, "cp1252")
    table = pl.DataFrame({"qui": [one.name for one in CUSTOMERS]})
    table.write_excel(folder / "mars.xlsx")
    table.write_parquet(folder / "mars.parquet")
    (folder / "sauvegarde.db").write_bytes(b"0")
    (folder / "memo").write_text(everyone, "utf-8")
    (folder / "logs").mkdir()
    (folder / "logs" / "app.log").write_text(f"début\n{everyone}\nfin\n", "utf-8")
    (folder / "notes.txt").write_text("rien sur personne", "utf-8")


def found(folder: Path, texts: list[str]) -> list[str]:
    """The files of a folder whose bytes hold one of these, by another process.

    (Reading the store's file in this one would drop SQLite's locks.)
    """
    asked = [part for text in texts for part in ("-e", text)]
    program = ["grep", "-r", "-l", "-a", "-i", "-F", *asked, str(folder)]
    answer = subprocess.run(program, capture_output=True, text=True, check=False)
    return sorted(answer.stdout.splitlines())


# Columns that an erasure may change; all others of these tables stay as they are.
_TEXTS = {
    "orders": {
        *("customer_name", "email", "phone", "marketing_consent", "ip_address"),
        *("billing_address", "shipping_address", "user_agent", "cart_url"),
        *("discount_codes", "version", "erased_at"),
    },
    "order_lines": {"title", "variant", "details"},
    "payments": {"reference"},
    "refunds": {"reason", "reference"},
    "stock_items": {"title"},
    "stock_movements": {"reason"},
    "refund_lines": set(),
    "order_tags": set(),
    "tags": set(),
}


def kept(store: Store) -> dict[str, list[Any]]:
    """Amounts, states, articles, stock: every column that stays."""
    made = {}
    with store.reading() as connection:
        for name, texts in _TEXTS.items():
            table = tables.metadata.tables[name]
            columns = [column for column in table.c if column.name not in texts]
            rows = connection.execute(select(*columns).order_by(*table.primary_key))
            made[name] = [tuple(row) for row in rows]
    return made


def entries(store: Store) -> list[Any]:
    """The journal, whole."""
    with store.reading() as connection:
        c = tables.events.c
        return [
            tuple(row)
            for row in connection.execute(select(tables.events).order_by(c.seq))
        ]
