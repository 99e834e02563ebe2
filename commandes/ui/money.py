"""Figures of money on screen: metrics against a comparison, and currencies beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import access, words
from commandes.reports import carts, comparison, figure_words
from commandes.reports.definitions import definition
from commandes.reports.figure_words import ABANDONMENT, TITLES
from commandes.reports.figures import Figures, counting_step, figures, over_time
from commandes.reports.sales import sales
from commandes.ui import address, report
from commandes.words import _

if TYPE_CHECKING:
    from commandes.reports.filters import OrderFilter
    from commandes.ui.framing import Here

LIST_PAGE = report.LIST_PAGE
_POINTS = 60
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
    compared: str | None,
    refunds_by: str = "mark",
    *,
    abandonment: bool = False,
) -> tuple[Figures, ...]:
    """The figures of a period against another; the shop's own currency first.

    Two currencies are never added: the others stand in a table. The shop's own that
    moved in the other time, or has carts, stands there with nought.

    Args:
        compared: a code of COMPARISONS; None: against nothing.
        abandonment: whether the rate of abandoned carts stands among them.

    Returns:
        The figures of the currencies that moved, in the order of the screen.
    """
    moved = figures(here.snap, wanted, refunds_by=refunds_by)
    other = _other_time(here, wanted, compared)
    before = figures(here.snap, other, refunds_by=refunds_by) if other else ()
    if other and other.first and other.last:
        ends = {"first": words.day(other.first), "last": words.day(other.last)}
        st.caption(_("Comparé avec la période du {first} au {last}.").format(**ends))
    abandonment = abandonment and bool(compared) and access.may("carts.read")
    if not moved:
        st.text(_("Aucune vente sur cette période."))
        _last_sales(here, wanted, refunds_by)
    found = _with_own(here, wanted, moved, before, carts_too=abandonment)
    if not found:
        return ()
    first, *others = found
    then = next((one for one in before if one.currency == first.currency), None)
    today = datetime.now(here.settings.zone).date()
    elapsed = comparison.elapsed(wanted, today)
    so_far = (
        found
        if elapsed == wanted
        else figures(here.snap, elapsed, refunds_by=refunds_by)
    )
    nothing = Figures(first.currency, 0, 0, 0, 0)
    now = next((one for one in so_far if one.currency == first.currency), nothing)
    curves = _curves(here, wanted, first.currency, refunds_by)
    with st.grid(4, min_column_width=165, key=f"figures-{first.currency}"):
        for name in _HEAD:
            _metric(
                name,
                getattr(first, name),
                (getattr(now, name, None), getattr(then, name, None)),
                first.currency,
                curves[name],
            )
        if abandonment and compared:
            _abandonment(here, wanted, compared, first.currency)
    if others:
        _others(others)
    return ordered(here, moved)


def _curves(
    here: Here, wanted: OrderFilter, currency: str, refunds_by: str
) -> dict[str, list[float]]:
    """How each figure went over the days, or the months, of the period.

    Rates and baskets: over those that have one.
    """
    mine = pl.col("currency") == currency
    step = counting_step(here.snap, wanted)
    money = sales(here.snap, wanted, step, refunds_by=refunds_by).filter(mine)
    rates = over_time(here.snap, wanted).filter(mine)
    found = {name: money[name] for name in ("net", "orders")}
    found |= {name: rates[name].drop_nulls() for name in ("basket", "refund_rate")}
    return {name: curve.to_list()[-_POINTS:] for name, curve in found.items()}


def _with_own(
    here: Here,
    wanted: OrderFilter,
    moved: tuple[Figures, ...],
    before: tuple[Figures, ...],
    *,
    carts_too: bool,
) -> tuple[Figures, ...]:
    """What moved, and the shop's own currency beside it where it has something to say.

    Nothing sold in it is a figure too, against what was sold before; so are its carts.
    """
    own = here.settings.currency
    said = {one.currency for one in moved}
    if own not in said and (
        own in {one.currency for one in before}
        or (carts_too and _rate(here, wanted, own) is not None)
    ):
        moved = (*moved, Figures(own, 0, 0, 0, 0))
    return ordered(here, moved)


def _last_sales(here: Here, wanted: OrderFilter, refunds_by: str) -> None:
    """Lead from a period without sales to the last month that has some."""
    if not access.may("reports.money"):
        return
    ever = replace(wanted, period=None, first=None, last=None)
    series = sales(here.snap, ever, "month", refunds_by=refunds_by)
    last = series.filter(pl.col("moved_orders") > 0)["period"].max()
    if not isinstance(last, date):
        return
    st.button(
        _("Voir les dernières ventes : {month}").format(
            month=words.day(last, style="MMMM y")
        ),
        key="last_sales",
        icon=":material/history:",
        on_click=_go_to_month,
        args=(last,),
    )


def _go_to_month(first: date) -> None:
    _first, last = report.span(first, "month")
    asked = address.current()
    wanted = replace(asked.wanted, period=None, first=first, last=last)
    address.go(replace(asked, wanted=wanted))


def _other_time(
    here: Here, wanted: OrderFilter, compared: str | None
) -> OrderFilter | None:
    """The filter of the comparison; None without a period that has both ends."""
    today = datetime.now(here.settings.zone).date()
    return comparison.before(wanted, compared, today) if compared else None


def _metric(
    name: str,
    value: float | None,
    moved: tuple[float | None, float | None],
    currency: str,
    curve: list[float] | None = None,
) -> None:
    """A figure, against what it is compared with.

    Args:
        moved: the figure over the elapsed days of the period, and over as many days
            of the other time.
    """
    now, then = moved
    titles = {**TITLES, "abandonment": ABANDONMENT}
    against = _("contre {value}").format(value=figure_words.said(name, then, currency))
    st.metric(
        _(titles[name]),
        _plain(figure_words.said(name, value, currency)),
        figure_words.change(name, now, then),
        delta_color="inverse" if name in figure_words.RATES else "normal",
        delta_description=None if then is None else _plain(against),
        # A single point is no curve.
        chart_data=curve if curve and len(curve) > 1 else None,
        border=True,
        height="stretch",
        help=_(definition(name).meaning),
    )


def _plain(text: str) -> str:
    # A dollar sign would begin a formula.
    return text.replace("$", "\\$")


def _abandonment(here: Here, wanted: OrderFilter, compared: str, currency: str) -> None:
    """The rate of abandoned carts; a shop without a source of carts has none."""
    today = datetime.now(here.settings.zone).date()
    times = (
        wanted,
        comparison.elapsed(wanted, today),
        comparison.before(wanted, compared, today),
    )
    value, now, then = (_rate(here, one, currency) for one in times)
    step = counting_step(here.snap, wanted)
    series = carts.carts(here.snap, wanted, step).filter(pl.col("currency") == currency)
    curve = series.sort("period")["rate"].drop_nulls().to_list()[-_POINTS:]
    _metric("abandonment", value, (now, then), currency, curve)


def _rate(here: Here, wanted: OrderFilter | None, currency: str) -> float | None:
    if wanted is None:
        return None
    step = counting_step(here.snap, wanted)
    found = carts.figures(carts.carts(here.snap, wanted, step))
    return next((one.rate for one in found if one.currency == currency), None)


def _others(found: list[Figures]) -> None:
    rows = [
        {
            _("Devise"): one.currency,
            **{
                _(title): figure_words.said(name, getattr(one, name), one.currency)
                for name, title in TITLES.items()
            },
        }
        for one in found
    ]
    st.dataframe(
        pl.DataFrame(rows),
        key="figures-others",
        hide_index=True,
        column_config={
            _(title): st.column_config.TextColumn(
                alignment="right", help=_(definition(name).meaning)
            )
            for name, title in TITLES.items()
        },
        alt=_("Chiffres des autres devises"),
    )
