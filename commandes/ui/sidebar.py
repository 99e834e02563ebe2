"""The filters of a list, in the sidebar; what they say stands in the URL as codes.

The URL is the truth: each run seeds the widgets from it, a change writes it. So a
link opened elsewhere, and the browser's way back, show the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes import access, words
from commandes.reports import periods
from commandes.reports.filters import ARCHIVED, DATED, PAYMENTS, OrderFilter
from commandes.rules import MODULES, STATUSES
from commandes.ui import address, choices
from commandes.ui.plain import plain
from commandes.words import (
    DATED_WORDS,
    MODULE_WORDS,
    N_,
    PAYMENT_WORDS,
    STATUS_WORDS,
    _,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from commandes.reports.facets import Facets

_KEY = "filter_"
_ANY, _CHOSEN = "", "chosen"
# The other dates come with a click in a chart.
_OFFERED = ("placed", "paid", "refunded", "service", "begun")
_PERIODS = (_ANY, *periods.PERIODS, _CHOSEN)
_FIRST, _LAST = date(1990, 1, 1), date(2100, 12, 31)
_ARCHIVED_WORDS = {"no": N_("Non"), "yes": N_("Oui"), "all": N_("Toutes")}
_CART_WORDS = {"": N_("Avec"), "no": N_("Sans"), "only": N_("Seuls")}


def order_filter(
    wanted: OrderFilter, facets: Facets, zone: ZoneInfo, *, dates: bool = True
) -> None:
    """Draw the filters of orders, with the count beside each value.

    Args:
        dates: whether the reader chooses which date the period is about.
    """
    with st.sidebar:
        _search(wanted)
        _several("status", _("Statut"), STATUSES, wanted.statuses, facets.status)
        _several("payment", _("Paiement"), PAYMENTS, wanted.payments, facets.payment)
        _period(wanted, zone, dates=dates)
        _several("module", _("Module"), MODULES, wanted.modules, facets.module)
        _tags(wanted, facets)
        _rest(wanted, facets)
        _traits(wanted)
        st.button(
            _("Tout effacer"),
            key="filter_clear",
            icon=":material/filter_list_off:",
            disabled=wanted == address.usual(),
            on_click=clear,
        )


def clear() -> None:
    """Ask for what is usual again; the sort stays."""
    st.session_state[f"{_KEY}period"] = address.usual().period or _ANY
    address.go(replace(address.current(), wanted=address.usual()))


_WORDS: dict[str, Mapping[str, str]] = {
    "status": STATUS_WORDS,
    "payment": PAYMENT_WORDS,
    "module": MODULE_WORDS,
    "archived": _ARCHIVED_WORDS,
}


def _seed(name: str, value: object) -> str:
    """Give a widget the URL's value, unless it has it: typing is not disturbed."""
    key = _KEY + name
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key


def _counted(name: str, counts: Mapping[str, int]) -> Callable[[str], str]:
    def label(code: str) -> str:
        return f"{_(_WORDS[name][code])} · {words.number(counts[code])}"

    return label


def _search(wanted: OrderFilter) -> None:
    st.text_input(
        _("Rechercher"),
        key=_seed("search", wanted.search),
        type="search",
        live="400ms",
        placeholder=_("N°, nom, e-mail, tél., ville, article, réf.")
        if access.may("customers.read")
        else _("N° ou article (votre rôle ne cherche pas les clients)"),
        label_visibility="collapsed",
        on_change=_changed,
    )


def _several(
    name: str,
    label: str,
    codes: tuple[str, ...],
    chosen: tuple[str, ...],
    counts: Mapping[str, int],
) -> None:
    st.pills(
        label,
        codes,
        selection_mode="multi",
        key=_seed(name, [code for code in codes if code in chosen]),
        format_func=_counted(name, counts),
        on_change=_changed,
    )


def _period(wanted: OrderFilter, zone: ZoneInfo, *, dates: bool) -> None:
    kept = st.session_state.get(f"{_KEY}period", _ANY)
    shown = wanted.period or (
        _CHOSEN if wanted.first or wanted.last or kept == _CHOSEN else _ANY
    )
    st.selectbox(
        _("Période"),
        _PERIODS,
        key=_seed("period", shown),
        format_func=choices.labelled(f"{_KEY}period", _period_words),
        on_change=_period_changed,
        args=(zone,),
    )
    if shown == _CHOSEN:
        _day("first", _("Du"), wanted.first)
        _day("last", _("Au"), wanted.last)
    if dates and shown != _ANY:
        st.selectbox(
            _("Quelle date"),
            [code for code in DATED if code in _OFFERED or code == wanted.dated],
            key=_seed("dated", wanted.dated),
            format_func=choices.labelled(
                f"{_KEY}dated", lambda code: _(DATED_WORDS[code])
            ),
            on_change=_changed,
        )


def _period_words(code: str) -> str:
    if code in periods.PERIODS:
        said = _(periods.PERIODS[code])
        return words.capital(said)
    return {_ANY: _("Toutes les dates"), _CHOSEN: _("Du… au…")}[code]


def _day(name: str, label: str, value: date | None) -> None:
    st.date_input(
        label,
        key=_seed(name, value),
        value=None,
        min_value=_FIRST,
        max_value=_LAST,
        format="DD/MM/YYYY",
        on_change=_changed,
    )


def _tags(wanted: OrderFilter, facets: Facets) -> None:
    # The names of tags are text of people: this widget shows its options as they are.
    unknown = [name for name in wanted.tags if name not in facets.tag]
    names = [*facets.tag, *unknown]
    if not names:
        return
    st.multiselect(
        _("Étiquette attribuée"),
        names,
        key=_seed("tag", list(wanted.tags)),
        # Isolated: a name that turns the direction of writing does not turn the count.
        format_func=choices.labelled(
            f"{_KEY}tag",
            lambda name: (
                f"\u2068{name}\u2069 · {words.number(facets.tag.get(name, 0))}"
            ),
        ),
        placeholder=_("Toutes"),
        select_all=False,
        on_change=_changed,
    )


def _rest(wanted: OrderFilter, facets: Facets) -> None:
    st.segmented_control(
        _("Archivées"),
        ARCHIVED,
        key=_seed("archived", wanted.archived),
        format_func=_counted("archived", facets.archived),
        required=True,
        on_change=_changed,
    )
    st.segmented_control(
        _("Paniers"),
        tuple(_CART_WORDS),
        key=_seed("carts", wanted.carts or ""),
        format_func=lambda code: _(_CART_WORDS[code]),
        required=True,
        on_change=_changed,
    )
    st.toggle(
        _("Remboursement à effectuer"),
        key=_seed("refund", wanted.refund is not None),
        on_change=_changed,
    )


def _traits(wanted: OrderFilter) -> None:
    """What a click in a chart asked for; unticked, it is no longer asked for."""
    said = wanted.traits()
    if said:
        st.pills(
            _("Venu d’un graphique"),
            list(said),
            selection_mode="multi",
            key=_seed("traits", list(said)),
            format_func=lambda name: plain(said[name]),
            on_change=_changed,
        )


def _value(name: str, default: Any) -> Any:  # noqa: ANN401 (each widget has its type)
    return choices.meant(_KEY + name, default)


def _period_changed(zone: ZoneInfo) -> None:
    """From a named period to dates of one's own: begin with its days."""
    asked = address.current()
    chosen = _value("period", _ANY)
    if chosen == _CHOSEN and asked.wanted.period:
        first, last = periods.days(asked.wanted.period, datetime.now(zone).date())
        wanted = replace(asked.wanted, period=None, first=first, last=last)
    elif chosen in (_ANY, _CHOSEN):
        wanted = replace(asked.wanted, period=None, first=None, last=None)
    else:
        wanted = replace(asked.wanted, period=chosen, first=None, last=None)
    address.go(replace(asked, wanted=wanted))


def _changed() -> None:
    asked = address.current()
    was = asked.wanted
    wanted = OrderFilter(
        statuses=tuple(_value("status", was.statuses)),
        payments=tuple(_value("payment", was.payments)),
        modules=tuple(_value("module", was.modules)),
        tags=tuple(_value("tag", was.tags)),
        period=was.period,
        first=None if was.period else _value("first", was.first),
        last=None if was.period else _value("last", was.last),
        dated=_value("dated", was.dated),
        search=(_value("search", was.search) or "").strip(),
        archived=_value("archived", was.archived),
        refund="to_do" if _value("refund", was.refund) else None,
        carts=_value("carts", was.carts or "") or None,
        **{name: getattr(was, name) for name in _value("traits", list(was.traits()))},
    )
    address.go(replace(asked, wanted=wanted))
