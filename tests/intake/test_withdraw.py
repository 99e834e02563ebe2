"""An import taken back as a whole, until someone acted on its orders."""

from __future__ import annotations

import pytest
from dump import broken_rules, dump, raw
from shop import Shop
from sqlalchemy import func, select

from commandes.actions import refunds, status, stock, tags
from commandes.actions.orders import Order
from commandes.errors import ImportNotWithdrawable
from commandes.intake import merge
from commandes.intake.fill import fill
from commandes.intake.withdraw import clear_samples, withdraw
from commandes.store import tables

LAMPS = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}
PEN = {"sku": "PEN", "title": "Stylo", "price": 300}


@pytest.fixture
def shop(any_store):
    """Import 1: an order that stays. Import 2: two orders with all that can hang on."""
    shop = Shop(any_store)
    stock.open_levels(any_store, [("LAMP", None, 10)], actor="Inès")
    bring(shop, {"number": "0", "lines": [LAMPS], "tags": ["VIP"], "paid": 3000})
    bring(
        shop,
        {
            "number": "1",
            "lines": [LAMPS, PEN],
            "paid": 3300,
            "refunded": 300,
            "tags": ["VIP", "Cadeau"],
            "shipments": ["X1"],
            "notes": ["Sonner"],
        },
        {"number": "2", "lines": [PEN]},
    )
    return shop


def bring(shop, *told):
    shop._imports += 1
    return merge.run(
        shop.store,
        shop.incoming([*told]),
        file_name="f.csv",
        file_digest=str(shop._imports),
        actor="test",
        moves_stock=True,
    )


def levels(store):
    return {sku: units for sku, units in dump(store)["stock"] if units}


def test_a_whole_import_goes(shop):
    """Its orders and all that hangs on them; the others and the stock stay right."""
    before = dump(shop.store)["orders"]["test", "0"]

    receipt = withdraw(shop.store, 2, actor="Inès")

    assert (receipt.changed, receipt.result) == (True, {"orders": 2})
    assert dump(shop.store)["orders"] == {("test", "0"): before}
    assert levels(shop.store) == {"LAMP": 7}
    assert broken_rules(shop.store) == {}


def test_a_level_that_was_told_since_stands(shop):
    """What was counted on the shelf is what is there, whichever orders never were."""
    stock.open_levels(shop.store, [("LAMP", None, 20)], actor="Inès")
    bring(shop, {"number": "3", "lines": [LAMPS]})
    stock.open_levels(shop.store, [("LAMP", None, 30)], actor="Inès")
    stock.adjust(shop.store, "LAMP", -1, reason="Cassée", actor="Inès")
    bring(shop, {"number": "4", "lines": [LAMPS]})

    withdraw(shop.store, 2, actor="Inès")
    assert levels(shop.store)["LAMP"] == 26
    withdraw(shop.store, 3, actor="Inès")
    assert levels(shop.store)["LAMP"] == 26
    for _time in range(2):  # it is so: noted once
        stock.open_levels(shop.store, [("LAMP", None, 26)], actor="Inès")
    with shop.store.reading() as connection:
        m = tables.stock_movements.c
        noted = select(func.count(m.id)).where(m.quantity == 0)
        assert connection.scalar(noted) == 1
    withdraw(shop.store, 4, actor="Inès")
    assert levels(shop.store)["LAMP"] == 26
    assert broken_rules(shop.store) == {}


def test_a_checkout_that_gives_place_takes_its_units_once(any_store):
    """The shop tells the same sale: a level told between the two counted it."""
    shop = Shop(any_store)
    paid = [{"amount": 3000, "reference": "pi_1"}]
    shop.source = "stripe"
    bring(shop, {"number": "checkout", "lines": [LAMPS], "paid": paid})
    stock.open_levels(any_store, [("LAMP", None, 30)], actor="Inès")
    shop.source = "shopify"
    bring(shop, {"number": "1", "lines": [LAMPS], "paid": paid})

    assert list(dump(any_store)["orders"]) == [("shopify", "1")]
    assert levels(any_store) == {"LAMP": 30}
    assert broken_rules(any_store) == {}


def test_the_journal_keeps_that_they_were(shop):
    """One entry for each order, by who took the import back."""
    withdraw(shop.store, 2, actor="Inès")

    with shop.store.reading() as connection:
        c = tables.events.c
        rows = connection.execute(
            select(c.order_id, c.actor).where(c.kind == "withdrawn").order_by(c.seq)
        ).all()
    assert [tuple(row) for row in rows] == [(2, "Inès"), (3, "Inès")]


def test_their_ids_are_never_used_again(shop):
    """An id in the journal means one order for ever."""
    withdraw(shop.store, 2, actor="Inès")

    assert shop.order("9") == 4
    assert broken_rules(shop.store) == {}


def test_the_file_can_come_in_again(shop):
    """Taken back by mistake: the same file brings the same orders."""
    before = dump(shop.store)["orders"]["test", "2"]
    withdraw(shop.store, 2, actor="Inès")

    report = bring(shop, {"number": "2", "lines": [PEN]})

    assert report.orders_new == 1
    assert dump(shop.store)["orders"]["test", "2"] == before


@pytest.mark.parametrize(
    "act",
    [
        lambda s: tags.tag(s, Order("2"), "Urgent", actor="Inès"),
        lambda s: status.archive(s, Order("1"), actor="Inès"),
        lambda s: status.cancel(s, Order("1"), actor="Inès"),
        lambda s: refunds.refund(s, Order("1"), amount=1, actor="Inès"),
    ],
)
def test_an_import_that_someone_acted_on_stays(act, shop):
    """The number of the order is said; nothing changes."""
    act(shop.store)
    before = raw(shop.store)

    with pytest.raises(ImportNotWithdrawable, match=r"commande [12] a changé"):
        withdraw(shop.store, 2, actor="Inès")

    assert raw(shop.store) == before


def test_an_import_that_a_later_file_changed_stays(shop):
    """Neither the first nor the one that updated it can go by itself."""
    bring(shop, {"number": "2", "lines": [PEN], "status": "done"})

    with pytest.raises(ImportNotWithdrawable):
        withdraw(shop.store, 2, actor="Inès")
    with pytest.raises(ImportNotWithdrawable):
        withdraw(shop.store, 3, actor="Inès")


def test_an_import_that_brought_nothing_can_go(shop):
    """The same file twice: the second changed nothing, and the first still goes."""
    bring(shop, {"number": "2", "lines": [PEN]})

    assert withdraw(shop.store, 3, actor="Inès").result == {"orders": 0}
    assert withdraw(shop.store, 2, actor="Inès").result == {"orders": 2}


def test_a_status_that_stood_here_is_no_update(shop):
    """The file told a status that stayed ours: its import can be taken back."""
    status.set_status(shop.store, Order("0"), "done", actor="Inès")
    report = bring(
        shop,
        {
            "number": "0",
            "lines": [LAMPS],
            "tags": ["VIP"],
            "paid": 3000,
            "status": "in_progress",
        },
    )

    assert report.orders_unchanged == 1
    assert withdraw(shop.store, 3, actor="Inès").changed


@pytest.mark.parametrize("import_id", [99, 2])
def test_an_import_that_is_not_there_is_refused(import_id, shop):
    """Never brought, or taken back already."""
    if import_id == 2:
        withdraw(shop.store, 2, actor="Inès")

    with pytest.raises(ImportNotWithdrawable):
        withdraw(shop.store, import_id, actor="Inès")


def test_the_same_key_takes_back_once(shop):
    """A double click is answered with the first receipt."""
    withdraw(shop.store, 2, actor="Inès", key="k")
    again = withdraw(shop.store, 2, actor="Inès", key="k")

    assert (again.changed, again.result) == (False, {"orders": 2})


def test_samples_are_cleared_and_ones_own_orders_stay(any_store):
    """« Commencer avec mon fichier »: the samples go, whatever was done on them."""
    fill(any_store, 60, 1, actor="Inès")
    shop = Shop(any_store)
    shop.order("mine")
    with any_store.reading() as connection:
        c = tables.orders.c
        number = connection.scalar(
            select(c.number)
            .where(c.source == "sample", c.archived_at.is_(None))
            .limit(1)
        )
    tags.tag(any_store, Order(number), "Essai", actor="Inès")
    assert any_store.is_sample()

    receipt = clear_samples(any_store, actor="Inès")

    assert receipt.result == {"orders": 60}
    assert list(dump(any_store)["orders"]) == [("test", "mine")]
    assert not any_store.is_sample()
    assert broken_rules(any_store) == {}
    with any_store.reading() as connection:
        left = connection.scalar(select(func.count()).select_from(tables.order_lines))
    assert left == 1


def test_a_level_told_among_the_samples_stands(any_store):
    """Of an article that one has too; what the samples opened goes, and what they held.

    What was corrected by some units only stays a correction.
    """
    fill(any_store, 300, 7, actor="Inès")
    before = levels(any_store)
    skus = sorted(sku for sku in before if sku.startswith("BOU-"))
    counted, right, corrected = skus[:3]
    told = [(counted, None, before[counted] + 5), (right, None, before[right])]
    stock.open_levels(any_store, told, actor="Inès")
    stock.adjust(any_store, corrected, 3, reason="Retrouvés", actor="Inès")
    Shop(any_store).order("mine", lines=[{"sku": counted, "title": "x", "price": 1}])

    clear_samples(any_store, actor="Inès")

    assert levels(any_store) == {
        counted: before[counted] + 5,
        right: before[right],
        corrected: 3,
    }
    assert broken_rules(any_store) == {}


def test_clearing_samples_takes_their_tags_along(any_store):
    """Those that own orders have, or that somebody made, stay with their colour."""
    fill(any_store, 300, 7, actor="Inès")
    colors = _tags(any_store)
    assert {"VIP", "Urgent", "Cadeau", "Fragile"} <= set(colors)
    Shop(any_store).order("mine", tags=["VIP"])
    tags.create(any_store, "À moi", "red", actor="Inès")
    tags.recolour(any_store, "Urgent", "violet", actor="Inès")

    clear_samples(any_store, actor="Inès")

    assert _tags(any_store) == {
        "VIP": colors["VIP"],
        "À moi": "red",
        "Urgent": "violet",
    }
    assert broken_rules(any_store) == {}


def _tags(store):
    with store.reading() as connection:
        c = tables.tags.c
        return dict(connection.execute(select(c.name, c.color)).all())


def test_clearing_no_samples_says_so(any_store):
    """Nothing to do is a message, not a change."""
    receipt = clear_samples(any_store, actor="Inès")

    assert not receipt.changed
    assert receipt.message == "Il n’y a pas de commandes d’exemple."
