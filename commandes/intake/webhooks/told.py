"""What a delivery says, whatever platform it is of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from commandes.store.tables import writable
from commandes.words import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from commandes.actions.received import Money

# Why there was nothing to do, by the code that is kept.
NOTHING = {
    "topic": N_("ce sujet n’apporte rien aux commandes"),
    "older": N_("une livraison plus récente a déjà dit mieux"),
    "known": N_("c’était déjà noté"),
    "no_order": N_("aucune commande n’y est nommée"),
    "erased": N_("le client a été effacé"),
}


# Of dates that an order may have, and of clocks that are ahead of ours.
_FIRST, _LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2199, 12, 30, tzinfo=UTC)
_AHEAD = timedelta(days=1)


class Unreadable(ValueError):  # noqa: N818 (what is wrong is the delivery)
    """A delivery that is not what the platform's documents say.

    The text names the field, never what stands in it.
    """


@dataclass(frozen=True)
class OrderTold:
    """An order, as the platform's file would tell it.

    Attributes:
        profile: the column profile that reads it.
        rows: those of the file, by their headers.
        subject: the platform's id of the order.
        at: when it was so; None: the platform does not say.
    """

    profile: str
    rows: list[dict[str, str]]
    subject: str
    at: datetime | None = None


@dataclass(frozen=True)
class PaymentTold:
    """Money that came in for an order of another source.

    Attributes:
        order: its number, as the shop gave it to the provider.
    """

    order: str
    money: Money


@dataclass(frozen=True)
class RefundTold:
    """Money that went back.

    Attributes:
        payments: references that the payment may stand under.
        failed: whether it did not arrive after all.
    """

    payments: tuple[str, ...]
    money: Money
    failed: bool = False

    @property
    def subject(self) -> str:
        """The provider's id of the refund."""
        return self.money.reference

    @property
    def at(self) -> datetime:
        """When it was so."""
        return self.money.at


@dataclass(frozen=True)
class NothingTold:
    """Nothing to do; `reason` is a code of NOTHING."""

    reason: str


Told = OrderTold | PaymentTold | RefundTold | NothingTold


@dataclass(frozen=True)
class Reading:
    """Reads a JSON object as its document describes it, and says what is missing.

    Attributes:
        values: the object.
        where: its name within the delivery, for what is said.
    """

    values: Mapping[str, Any]
    where: str = ""

    def text(self, *names: str) -> str:
        """The first of these fields that says something, as text; empty otherwise."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, bool):
                return "yes" if value else "no"
            if isinstance(value, int | float | Decimal | str) and str(value) != "":
                return writable(str(value))
        return ""

    def needed(self, *names: str) -> str:
        """The same, of what the delivery cannot do without."""
        found = self.text(*names)
        if not found:
            raise Unreadable(self._path(names[0]))
        return found

    def part(self, *names: str) -> Reading:
        """An object within; empty where there is none."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, dict):
                return Reading(value, self._path(name))
        return Reading({}, self._path(names[0]))

    def parts(self, name: str) -> list[Reading]:
        """The objects of a list within."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Unreadable(self._path(name))
        return [
            Reading(one, f"{self._path(name)}[{place}]")
            for place, one in enumerate(value)
            if isinstance(one, dict)
        ]

    def number(self, *names: str) -> Decimal:
        """The first of these fields, as an exact number; nought where there is none."""
        given = self.text(*names)
        try:
            found = Decimal(given or "0")
        except InvalidOperation:
            raise Unreadable(self._path(names[0])) from None
        if not found.is_finite():
            raise Unreadable(self._path(names[0]))
        return found

    def whole(self, name: str) -> int:
        """A whole number that has to be there: an amount in minor units, seconds."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unreadable(self._path(name))
        return value

    def moment(self, *names: str) -> datetime | None:
        """The first of these instants; one without offset is in UTC."""
        given = self.text(*names)
        if not given:
            return None
        try:
            found = datetime.fromisoformat(given)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            plausible = _FIRST <= found.astimezone(UTC) <= _LAST
        except (ValueError, OverflowError):
            plausible = False
        if not plausible:
            raise Unreadable(self._path(names[0]))
        return found

    def told_at(self, *names: str) -> datetime | None:
        """The same of when it was so: never to come, or nothing later would count."""
        found = self.moment(*names)
        if found is not None and found > datetime.now(UTC) + _AHEAD:
            raise Unreadable(self._path(names[0]))
        return found

    def _path(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name


def body_of(text: str) -> Reading:
    """The object of a delivery's body.

    Raises:
        Unreadable: it is no JSON object.
    """
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Unreadable("JSON") from None
    if not isinstance(found, dict):
        raise Unreadable("JSON")
    return Reading(found)


def joined(texts: Iterable[str], between: str = ", ") -> str:
    """Those of the texts that say something, in one."""
    return between.join(filter(None, texts))


def from_seconds(seconds: int) -> datetime:
    """The instant that lies so many seconds after 1970.

    Raises:
        Unreadable: no calendar has it.
    """
    if not 0 <= seconds <= datetime.now(UTC).timestamp() + _AHEAD.total_seconds():
        raise Unreadable("created")
    return datetime.fromtimestamp(seconds, UTC)
