"""A part refunded, then the rest, then cancelled: each unit and each cent once."""

from __future__ import annotations

import json

import pytest
from shop import Shop

from commandes.cli import main
from commandes.store import open_store


@pytest.fixture
def command(settings, monkeypatch, capsys):
    """Run a command on an order of three lamps, a pen and shipping; its JSON answer."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))
    lamps = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}
    pen = {"sku": "PEN", "title": "Stylo", "price": 333, "quantity": 1}
    store = open_store(settings)
    Shop(store).order("1", lines=[lamps, pen], discount=100, shipping=490, paid=3723)
    store.close()

    def run(*arguments):
        capsys.readouterr()
        assert main([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_stock_figures_and_history_agree(command):
    """What other systems count twice, or tell as a cancellation."""
    part = command("refund", "1", "--line", "LAMP=1")
    rest = command("refund", "1")
    cancelled = command("cancel", "1")

    # 33.33 € of articles less 1 € of discount: a lamp is worth 9.70 €.
    assert (part["amount"], rest["amount"]) == (970, 2753)
    assert (part["restocked"], rest["restocked"], cancelled["restocked"]) == (1, 3, 0)
    lamps = command("stock", "LAMP")
    assert lamps["on_hand"] == 3
    assert [(m["quantity"], m["cause"]) for m in lamps["movements"]] == [
        (1, "refund"),
        (2, "refund"),
    ]
    assert command("stock", "PEN")["on_hand"] == 1

    shown = command("show", "1")
    kinds = [entry["kind"] for entry in shown["activity"]]
    assert kinds == ["imported", "refunded", "refunded", "cancelled"]
    assert [refund["amount"] for refund in shown["refunds"]] == [970, 2753]
    assert (shown["status"], shown["payment"], shown["refunded"]) == (
        "cancelled",
        "refunded",
        3723,
    )
    assert command("verify")["ok"] is True


def test_the_sales_report_counts_each_cent_once(command):
    """Gross by the payment's date, refunds by the mark's: net is nothing at last."""
    command("refund", "1", "--line", "LAMP=1")
    command("refund", "1")
    command("cancel", "1")

    rows = command("report", "sales", "--by", "month")["rows"]

    sums = {
        name: sum(row[name] for row in rows)
        for name in ("orders", "gross", "refunds", "net")
    }
    assert sums == {"orders": 1, "gross": 3723, "refunds": 3723, "net": 0}
    assert [row["period"] for row in rows if row["gross"]] == ["2026-03-01"]
    assert all(row["net"] == row["gross"] - row["refunds"] for row in rows)


def test_cancelled_first_the_refund_brings_nothing_back_again(command):
    """The other way round: what cancelling freed is not freed by the refund."""
    cancelled = command("cancel", "1")
    refunded = command("refund", "1")

    assert (cancelled["restocked"], refunded["restocked"]) == (4, 0)
    assert command("stock", "LAMP")["on_hand"] == 3
    shown = command("show", "1")
    assert [entry["kind"] for entry in shown["activity"]][1:] == [
        "cancelled",
        "refunded",
    ]
    assert command("verify")["ok"] is True
