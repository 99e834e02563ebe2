"""The tags and their orders, as the mirror follows what happens to them."""

from __future__ import annotations

from commandes.actions import tag_list, tags
from commandes.actions.orders import Order
from commandes.reports import orders
from commandes.reports.filters import OrderFilter
from commandes.reports.tags import counted


def shown(mirror):
    with mirror.snapshot() as snap:
        return counted(snap).select("name", "color", "orders").rows()


def test_tags_are_counted_with_archived_orders(shop, mirror):
    """A tag that no order has is there too; names sort without accents."""
    shop.order("1", tags=["VIP", "Été"])
    shop.order("2", tags=["VIP"], archived_at=None)
    shop.order("3", tags=["VIP"], is_cart=True)
    tags.create(shop.store, "Urgent", "red", actor="t")
    for name, color in (("VIP", "violet"), ("Été", "teal")):
        tags.recolour(shop.store, name, color, actor="t")

    assert shown(mirror) == [
        ("Été", "teal", 1),
        ("Urgent", "red", 0),
        ("VIP", "violet", 3),
    ]


def test_the_list_finds_a_tag_by_its_new_name(shop, mirror, monkeypatch):
    """Renamed and deleted in batches, the mirror followed equals the one rebuilt."""
    monkeypatch.setattr(tag_list, "BATCH", 2)
    for n in range(5):
        shop.order(str(n), tags=["VIP"] if n else [])
    assert shown(mirror)[0][2] == 4
    tag_list.rename(shop.store, "VIP", "Fidèle", actor="t")

    with mirror.snapshot() as snap:
        found = orders.page(snap, OrderFilter(tags=("Fidèle",))).rows
        assert orders.page(snap, OrderFilter(tags=("VIP",))).is_empty()
    assert sorted(found["number"]) == ["1", "2", "3", "4"]
    assert [row[0::2] for row in shown(mirror)] == [("Fidèle", 4)]

    tags.tag(shop.store, Order("0"), "Urgent", actor="t")
    tag_list.delete(shop.store, "Fidèle", actor="t")
    followed = shown(mirror)
    mirror.rebuild()

    assert [row[0::2] for row in followed] == [("Urgent", 1)]
    assert shown(mirror) == followed
