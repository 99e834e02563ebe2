"""The period of a report, in the URL as a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes.reports import periods
from commandes.reports.filters import OrderFilter
from commandes.ui import choices
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = "report_period"
_STEP = "report_step"
_IN_VIEW = 6
SHORT = ("today", "last_7_days", "last_30_days", "this_month", "this_year")


def chosen(
    offered: Sequence[str] = SHORT, default: str = "last_30_days"
) -> OrderFilter:
    """Let the reader choose a period; the filter of a report of money over it."""
    asked = st.query_params.get("period", default)
    period = asked if asked in periods.PERIODS else default
    codes = [*offered, *([period] if period not in offered else [])]
    # Two pages that shared a key would share a widget that neither of them has drawn.
    key = f"{_KEY}-{default}"
    if len(codes) > _IN_VIEW:
        _seed(key, period)
        st.selectbox(
            _("Période"),
            codes,
            key=key,
            format_func=choices.labelled(
                key, lambda code: _capital(_(periods.PERIODS[code]))
            ),
            label_visibility="collapsed",
            width=240,
            on_change=_changed,
            args=(key, "period"),
        )
    else:
        _control(_("Période"), codes, key, "period", period, periods.PERIODS)
    if asked != period:
        st.text(_("La période « {code} » n’existe pas.").format(code=asked))
    return OrderFilter(period=period, dated="paid", archived="all")


def step(words: dict[str, str], default: str = "day") -> str:
    """Let the reader choose a step: a code of reports.sales.STEPS."""
    asked = st.query_params.get("by", default)
    by = asked if asked in words else default
    _control(_("Par"), list(words), _STEP, "by", by, words)
    return by


def _control(
    label: str,
    codes: list[str],
    key: str,
    parameter: str,
    value: str,
    words: dict[str, str],
) -> None:
    _seed(key, value)
    st.segmented_control(
        label,
        codes,
        key=key,
        format_func=lambda code: _capital(_(words[code])),
        required=True,
        label_visibility="collapsed",
        on_change=_changed,
        args=(key, parameter),
        wrap=True,
    )


def currency(codes: list[str]) -> str:
    """Let the reader choose one of several currencies; amounts are never added."""
    asked = st.query_params.get("currency", codes[0])
    one = asked if asked in codes else codes[0]
    if len(codes) > 1:
        names = dict(zip(codes, codes, strict=True))
        _control(_("Devise"), codes, "report_currency", "currency", one, names)
    return one


def _seed(key: str, value: str) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _changed(key: str, parameter: str) -> None:
    st.query_params[parameter] = choices.meant(key)
