"""Figures of money on screen: metrics against a comparison, and currencies beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import words
from commandes.reports import carts, comparison
from commandes.reports.definitions import definition
from commandes.reports.figures import figures
from commandes.reports.sales import sales
from commandes.ui import report
from commandes.words import N_, _

if TYPE_CHECKING:
    from commandes.reports.figures import Figures
    from commandes.reports.filters import OrderFilter
    from commandes.ui.framing import Here

LIST_PAGE = report.LIST_PAGE
_POINTS = 60
_TITLES = {
    "net": N_("Ventes nettes"),
    "gross": N_("Ventes encaissées"),
    "refunds": N_("Remboursements"),
    "orders": N_("Commandes"),
    "basket": N_("Panier moyen"),
    "refund_rate": N_("Taux de remboursement"),
}
_HEAD = ("net", "orders", "basket", "refund_rate")


def ordered(here: Here, found: tuple[Figures, ...]) -> tuple[Figures, ...]:
    """The shop's own currency first, then those with the most orders."""
    own = here.settings.currency
    return tuple(
        sorted(found, key=lambda one: (one.currency != own, -one.orders, one.currency))
    )


def metrics(
    here: Here,
    wanted: OrderFilter,
    compared: str,
    refunds_by: str = "mark",
    *,
    abandonment: bool = False,
) -> tuple[Figures, ...]:
    """The figures of a period against another; the shop's own currency first.

    Two currencies are never added: the others stand in a table.

    Args:
        abandonment: whether the rate of abandoned carts stands among them.
    """
    found = ordered(here, figures(here.snap, wanted, refunds_by=refunds_by))
    if not found:
        st.text(_("Aucune vente sur cette période."))
        if abandonment:
            with st.grid(4, min_column_width=165, key="figures-none"):
                _abandonment(here, wanted, compared, here.settings.currency)
        return ()
    first, *others = found
    before = _before(here, wanted, compared, refunds_by)
    then = next((one for one in before if one.currency == first.currency), None)
    today = datetime.now(here.settings.zone).date()
    elapsed = comparison.elapsed(wanted, today)
    so_far = (
        found
        if elapsed == wanted
        else figures(here.snap, elapsed, refunds_by=refunds_by)
    )
    now = next((one for one in so_far if one.currency == first.currency), None)
    daily = sales(here.snap, wanted, "day", refunds_by=refunds_by).filter(
        pl.col("currency") == first.currency
    )
    with st.grid(4, min_column_width=165, key=f"figures-{first.currency}"):
        for name in _HEAD:
            _metric(name, first, now, then, daily)
        if abandonment:
            _abandonment(here, wanted, compared, first.currency)
    if others:
        _others(others)
    return found


def _before(
    here: Here, wanted: OrderFilter, compared: str, refunds_by: str
) -> tuple[Figures, ...]:
    """The figures of the comparison; none without a period that has both ends."""
    today = datetime.now(here.settings.zone).date()
    other = comparison.before(wanted, compared, today)
    return figures(here.snap, other, refunds_by=refunds_by) if other else ()


def _metric(
    name: str,
    one: Figures,
    elapsed: Figures | None,
    before: Figures | None,
    daily: pl.DataFrame,
) -> None:
    """A figure; what it is compared with has as many days as have elapsed of it."""
    now, then = (getattr(each, name) if each else None for each in (elapsed, before))
    said = _said(name, one)
    st.metric(
        _(_TITLES[name]),
        # A dollar sign would begin a formula.
        said.replace("$", "\\$"),
        _delta(name, now, then),
        delta_color="inverse" if name == "refund_rate" else "normal",
        delta_description=_compared_says(name, before),
        chart_data=daily[name].to_list()[-_POINTS:] if name in daily.columns else None,
        border=True,
        height="stretch",
        help=_help(name),
    )


def _abandonment(here: Here, wanted: OrderFilter, compared: str, currency: str) -> None:
    """The rate of abandoned carts; a shop without a source of carts has none."""
    label = _("Taux d’abandon")
    if not carts.has_carts(here.snap):
        st.metric(
            label,
            "–",
            border=True,
            height="stretch",
            help=_("Aucune de vos sources ne donne ses paniers."),
        )
        return
    today = datetime.now(here.settings.zone).date()
    other = comparison.before(wanted, compared, today)
    now, then = (
        _rate(here, replace(one, dated="placed"), currency) if one else None
        for one in (comparison.elapsed(wanted, today), other)
    )
    st.metric(
        label,
        "–" if now is None else _per_cent(now),
        None if then is None else _delta("refund_rate", now, then),
        delta_color="inverse",
        delta_description=None
        if then is None
        else _("contre {value}").format(value=_per_cent(then)),
        border=True,
        height="stretch",
        help=_help("abandonment"),
    )


def _rate(here: Here, wanted: OrderFilter, currency: str) -> float | None:
    found = carts.figures(carts.carts(here.snap, wanted, "month"))
    return next((one.rate for one in found if one.currency == currency), None)


def _said(name: str, one: Figures) -> str:
    value = getattr(one, name)
    if value is None:
        return "–"
    if name == "orders":
        return words.number(value)
    if name == "refund_rate":
        return _per_cent(value)
    return words.money(value, one.currency)


def _per_cent(share: float) -> str:
    return f"{words.number(round(100 * share, 1))} %"


def _delta(name: str, now: float | None, then: float | None) -> str | None:
    """How much more or less than before, in per cent; points for a rate."""
    if now is None or not then:
        return None
    if name == "refund_rate":
        points = round(100 * (now - then), 1)
        return _("{points} pt").format(points=_signed(points))
    return f"{_signed(round(100 * (now - then) / abs(then), 1))} %"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{words.number(value)}".replace("−", "-")


def _compared_says(name: str, before: Figures | None) -> str | None:
    if before is None or getattr(before, name) is None:
        return None
    said = _("contre {value}").format(value=_said(name, before))
    return said.replace("$", "\\$")


def _help(name: str) -> str:
    return _(definition(name).meaning)


def _others(found: list[Figures]) -> None:
    rows = [
        {
            _("Devise"): one.currency,
            **{_(title): _said(name, one) for name, title in _TITLES.items()},
        }
        for one in found
    ]
    right = st.column_config.TextColumn(alignment="right")
    st.dataframe(
        pl.DataFrame(rows),
        key="figures-others",
        hide_index=True,
        column_config=dict.fromkeys(list(rows[0])[1:], right),
        alt=_("Chiffres des autres devises"),
    )
