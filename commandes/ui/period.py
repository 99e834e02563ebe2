"""What a report offers beside the sidebar: quick periods, step, currency and more.

Each stands in the URL as a code; a code that is not known is said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from commandes import words
from commandes.reports import periods
from commandes.reports.comparison import COMPARISONS
from commandes.reports.filters import OrderFilter
from commandes.ui import address, charts, choices
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUICK = "report_period"
SHORT = (
    "today",
    "last_7_days",
    "last_30_days",
    "this_month",
    "last_month",
    "this_year",
)
COMPARED_WORDS = {
    "before": N_("la période précédente"),
    "last_month": N_("les mêmes dates du mois dernier"),
    "last_year": N_("les mêmes dates de l’an dernier"),
    "last_year_weekdays": N_("l’an dernier, mêmes jours de semaine"),
}
REFUNDS_BY_WORDS = {
    "mark": N_("date de la marque"),
    "sale": N_("date de la vente"),
    "done": N_("date du remboursement réel"),
}


def quick(wanted: OrderFilter) -> None:
    """The periods that are asked for most, one click each."""
    _seed(_QUICK, wanted.period if wanted.period in SHORT else None)
    st.segmented_control(
        _("Période"),
        SHORT,
        key=_QUICK,
        format_func=lambda code: words.capital(_(periods.PERIODS[code])),
        label_visibility="collapsed",
        on_change=_gone,
        wrap=True,
    )


def _gone() -> None:
    asked = address.current()
    period = choices.meant(_QUICK) or address.usual().period
    wanted = replace(asked.wanted, period=period, first=None, last=None)
    address.go(replace(asked, wanted=wanted))


def chosen(default: str) -> OrderFilter:
    """Let the reader of a page without filters choose a period, in the URL."""
    asked = st.query_params.get("period", default)
    period = asked if asked in periods.PERIODS else default
    key = f"{_QUICK}-{default}"
    _seed(key, period)
    st.selectbox(
        _("Période"),
        list(periods.PERIODS),
        key=key,
        format_func=choices.labelled(
            key, lambda code: words.capital(_(periods.PERIODS[code]))
        ),
        label_visibility="collapsed",
        width=240,
        on_change=_changed,
        args=(key, "period"),
    )
    if asked != period:
        st.text(_("La période « {code} » n’existe pas.").format(code=asked))
    return OrderFilter(period=period, dated="paid", archived="all")


def step(default: str = "day") -> str:
    """Let the reader choose a step: a code of reports.sales.STEPS."""
    return _code(_("Par"), "by", charts.STEPS, default)


def compared() -> str:
    """Let the reader choose what a period is compared with: a code of COMPARISONS."""
    known = {code: COMPARED_WORDS[code] for code in COMPARISONS}
    return _select(_("Comparer avec"), "compared", known, COMPARISONS[0])


def refunds_by() -> str:
    """Let the reader choose which date refunds count at: mark, sale or done."""
    return _select(_("Remboursements à la"), "refunds_by", REFUNDS_BY_WORDS, "mark")


def currency(codes: list[str]) -> str:
    """Let the reader choose one of several currencies; amounts are never added."""
    if len(codes) < 2:  # noqa: PLR2004 (one leaves no choice)
        return codes[0]
    return _code(_("Devise"), "money", dict(zip(codes, codes, strict=True)), codes[0])


def _asked(parameter: str, known: Mapping[str, str], default: str) -> str:
    asked = st.query_params.get(parameter, default)
    if asked not in known:
        st.text(
            _("« {code} » n’est pas connu ; voici {default}.").format(
                code=asked, default=_(known[default])
            )
        )
        return default
    return asked


def _code(label: str, parameter: str, known: Mapping[str, str], default: str) -> str:
    value = _asked(parameter, known, default)
    _control(label, list(known), f"report_{parameter}", parameter, value, known)
    return value


def _select(label: str, parameter: str, known: Mapping[str, str], default: str) -> str:
    value, key = _asked(parameter, known, default), f"report_{parameter}"
    _seed(key, value)
    st.selectbox(
        label,
        list(known),
        key=key,
        format_func=choices.labelled(key, lambda code: words.capital(_(known[code]))),
        width=290,
        on_change=_changed,
        args=(key, parameter),
    )
    return value


def _control(
    label: str,
    codes: list[str],
    key: str,
    parameter: str,
    value: str,
    known: Mapping[str, str],
) -> None:
    _seed(key, value)
    st.segmented_control(
        label,
        codes,
        key=key,
        format_func=lambda code: words.capital(_(known[code])),
        required=True,
        label_visibility="collapsed",
        on_change=_changed,
        args=(key, parameter),
        wrap=True,
    )


def _seed(key: str, value: str | None) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _changed(key: str, parameter: str) -> None:
    st.query_params[parameter] = choices.meant(key)
