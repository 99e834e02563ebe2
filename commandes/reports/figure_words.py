"""The figures of a period in words: their titles, values, and how they moved."""

from __future__ import annotations

from commandes import words
from commandes.words import N_, _

# In the order in which they are read.
TITLES = {
    "net": N_("Ventes nettes"),
    "gross": N_("Ventes encaissées"),
    "refunds": N_("Remboursements"),
    "orders": N_("Commandes"),
    "basket": N_("Panier moyen"),
    "refund_rate": N_("Taux de remboursement"),
}
ABANDONMENT = N_("Taux d’abandon")
RATES = ("refund_rate", "abandonment")
NONE = "–"


def said(name: str, value: float | None, currency: str) -> str:
    """The value of a figure: money in minor units, a count, or a rate.

    Args:
        name: of TITLES, or `abandonment`.
    """
    if value is None:
        return NONE
    if name in RATES:
        return words.per_cent(value)
    if name == "orders":
        return words.number(value)
    return words.money(int(value), currency)


def change(name: str, now: float | None, then: float | None) -> str | None:
    """How much more or less than then, in per cent, points for a rate; None: unknown.

    Nothing grows from nought; a rate may.
    """
    if now is None or then is None:
        return None
    if name in RATES:
        points = round(100 * (now - then), 1)
        return _("{points} pt").format(points=words.signed(points))
    return words.per_cent((now - then) / abs(then), signed=True) if then else None
