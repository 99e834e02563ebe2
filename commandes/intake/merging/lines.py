"""What a later file changes on an order's lines, worked out without touching them.

Units refunded or cancelled here and told by the file later are the same units. What
the source takes back itself never comes back to stock here a second time; an order
that took its articles out of our stock gives back what the source takes back.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from commandes.intake import frames
from commandes.intake.stock import Move

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from commandes.intake.merging.known import KnownOrder

    Line = Mapping[str, Any]

# Told as they are; the counters are worked out.
_PLAIN = tuple(
    name for name in frames.LINES if name not in ("source_id", "refunded_quantity")
)


@dataclass(frozen=True)
class LinesPlan:
    """Changes of an order's lines; `service_at` in microseconds.

    Attributes:
        inserts: columns of each new line, without id.
        updates: all columns of each line that changes, by id.
        deletes: ids of lines that the file no longer has.
        moves: of stock, for lines that are known.
        holds_stock: whether new lines take their units out of stock.
    """

    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    deletes: list[int] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    holds_stock: bool = False

    @property
    def changes(self) -> bool:
        """Whether any line changes."""
        return bool(self.inserts or self.updates or self.deletes)


# What makes two lines the same, the most telling first.
_SAME: tuple[Callable[[Line], object], ...] = (
    lambda line: tuple(line[name] for name in _PLAIN if name != "position"),
    lambda line: (line["sku"], line["title"], line["variant"], line["service_at"]),
    lambda line: (line["sku"], line["title"], line["variant"]),
    lambda line: line["sku"],
    lambda line: (line["title"], line["variant"]),
)


def plan_lines(
    known: KnownOrder,
    told: Sequence[Line],
    *,
    status: str,
    is_cart: bool,
    taken_back: bool = False,
) -> LinesPlan:
    """Bring the order's lines to the file's, article by article.

    Args:
        status: the order's status after this import; `is_cart` likewise.
        taken_back: whether the file takes a refund back, and its units with it.
    """
    pairs, gone = _matched(known.lines, told)
    plan = LinesPlan(holds_stock=known.moves_stock and not is_cart)
    restored = known.row.status == "cancelled" != status
    for removed in gone:
        # A line that people acted on stays, whatever the file leaves out.
        if known.marked.get(removed["id"]) or removed["restocked_quantity"]:
            pairs.append((removed, removed))
        else:
            plan.deletes.append(removed["id"])
            plan.moves.extend(_moves(known, removed, None, 0))
    for line, present in pairs:
        if present is None:
            plan.inserts.append(new_line(line, cancelled=status == "cancelled"))
            continue
        counters, out = _counters(
            known, line, present, status, restored=restored, taken_back=taken_back
        )
        if plan.holds_stock and known.row.is_cart:
            # Cancelled as a cart it took nothing: nothing is to be taken out now.
            counters["source_returned_quantity"] = _not_held(counters)
        values = {**{name: line[name] for name in _PLAIN}, **counters}
        if any(present[name] != value for name, value in values.items()):
            plan.updates[present["id"]] = values
        plan.moves.extend(_moves(known, present, None if is_cart else values, out))
    return plan


def _matched(
    present: Sequence[dict[str, Any]], told: Sequence[Line]
) -> tuple[list[tuple[Line, dict[str, Any] | None]], list[dict[str, Any]]]:
    """Each told line with the one it was, if any; and those that are told no more."""
    left = {line["id"]: line for line in present}
    found: dict[int, dict[str, Any]] = {}
    for same in _SAME:
        alike: defaultdict[object, deque[dict[str, Any]]] = defaultdict(deque)
        for candidate in left.values():
            alike[same(candidate)].append(candidate)
        for place, line in enumerate(told):
            if place in found or same(line) is None or not alike[same(line)]:
                continue
            found[place] = alike[same(line)].popleft()
            del left[found[place]["id"]]
    pairs = [(line, found.get(place)) for place, line in enumerate(told)]
    return pairs, list(left.values())


def new_line(line: Line, *, cancelled: bool) -> dict[str, Any]:
    """The columns of a line that the store does not have."""
    quantity = line["quantity"]
    back = max(0, min(line["refunded_quantity"], quantity))
    dropped = quantity - back if cancelled else 0
    return {
        **{name: line[name] for name in _PLAIN},
        "refunded_quantity": back,
        "cancelled_quantity": dropped,
        "restocked_quantity": 0,
        "source_returned_quantity": back + dropped,
    }


def _counters(
    known: KnownOrder,
    line: Line,
    present: Line,
    status: str,
    *,
    restored: bool,
    taken_back: bool,
) -> tuple[dict[str, int], int]:
    """A line's counters after the file, and units held again that leave the stock."""
    marked = known.marked.get(present["id"], 0)
    quantity = max(line["quantity"], marked, present["restocked_quantity"])
    least = marked if taken_back else present["refunded_quantity"]
    refunded = min(max(least, line["refunded_quantity"]), quantity)
    cancelled = min(present["cancelled_quantity"], quantity - refunded)
    restocked, out = present["restocked_quantity"], 0
    if status == "cancelled":
        cancelled = quantity - refunded
    elif restored:
        out = min(present["cancelled_quantity"], _brought(known, present))
        restocked -= out
        cancelled = max(0, restocked - refunded)
    back = refunded + cancelled
    if taken_back and restocked > back:
        # Cancelling here had brought them back before the source refunded them.
        out += restocked - back
        restocked = back
    before = present["refunded_quantity"] + present["cancelled_quantity"]
    newly = max(0, back - before)
    held_again = 0
    if taken_back and status != "cancelled":
        held_again = max(0, present["refunded_quantity"] - refunded)
    returned = max(0, present["source_returned_quantity"] + newly - held_again)
    counters = {
        "quantity": quantity,
        "refunded_quantity": refunded,
        "cancelled_quantity": cancelled,
        "restocked_quantity": restocked,
        "source_returned_quantity": min(returned, back - restocked),
    }
    return counters, out


def _not_held(counters: Mapping[str, int]) -> int:
    """Units back at the source when the cancelled ones were never held."""
    room = counters["refunded_quantity"] - counters["restocked_quantity"]
    return min(
        room + counters["cancelled_quantity"],
        max(counters["source_returned_quantity"], counters["cancelled_quantity"]),
    )


def _brought(known: KnownOrder, present: Line) -> int:
    """Units that cancelling here brought back and that no refund took over."""
    return int(present["restocked_quantity"] - known.marked_back.get(present["id"], 0))


def _moves(
    known: KnownOrder, present: Line, values: Line | None, out: int
) -> list[Move]:
    """The stock movements of a line that is known.

    Args:
        values: the line afterwards; None where it holds nothing any more.
        out: units that cancelling here had brought back and that are held again.
    """
    parts = [("restore", -out, present)]
    if known.moves_stock:
        taken = out - sum(units for _kind, units in known.moved.get(present["id"], []))
        holds = 0 if values is None else _held(values)
        if values is None or _item(values) == _item(present):
            parts.append(("import", taken - holds, present))
        else:
            parts += [("exchange", taken, present), ("import", -holds, values)]
    order = known.row
    return [
        Move(
            order_id=order.id,
            line_id=present["id"],
            units=units,
            cause_kind=kind,
            cause_id=f"{order.id}:{order.version + 1}",
            sku=line["sku"],
            service_at=line["service_at"],
            title=line["title"],
        )
        for kind, units, line in parts
        if units and line["sku"] is not None
    ]


def _held(line: Line) -> int:
    back = line["restocked_quantity"] + line["source_returned_quantity"]
    return int(line["quantity"] - back)


def _item(line: Line) -> tuple[object, object]:
    return line["sku"], line["service_at"]
