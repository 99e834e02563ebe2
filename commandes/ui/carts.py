"""The page of abandoned carts: figures, chart, table, and the carts to write to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from commandes import words
from commandes.mirror import query_text
from commandes.reports import carts
from commandes.reports.export import columns
from commandes.ui import cart_charts, cart_list, charts, doing, period, report
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from commandes.reports.carts import Figures
    from commandes.reports.filters import OrderFilter
    from commandes.ui.framing import Here

_DELAY, _OTHER = "cart_delay", "cart_delay_other"
OTHER = 0
_DIGITS = len(str(carts.LONGEST_DELAY))
DELAYS = (15, 30, 60, 120, 1440)
_IMPORT_PAGE = "pages/reglages/importer.py"
_AGES = {
    0: N_("moins d’un jour"),
    1: N_("1 à 3 jours"),
    3: N_("3 à 7 jours"),
    7: N_("7 à 30 jours"),
    30: N_("30 jours et plus"),
}


def screen(here: Here) -> None:
    """Draw the whole screen, from the question down to the carts themselves."""
    st.subheader(
        _("Combien de paniers sont abandonnés, et combien reviennent ?"), anchor=False
    )
    doing.told()
    if not carts.has_carts(here.snap):
        _no_source()
        return
    # A cart has one date: when it was begun.
    wanted = report.entered(here, dated="begun")
    period.quick(wanted)
    delay = _delay(here)
    by = period.step("week")
    series = carts.carts(here.snap, wanted, by, delay=delay)
    found = carts.figures(series)
    if not found:
        st.text(_("Aucun panier commencé sur cette période."))
        return
    currency = period.currency([one.currency for one in found])
    one = next(one for one in found if one.currency == currency)
    _figures(here, wanted, delay, one)
    _sentence(here, one, delay)
    _chart(here, wanted, series, currency, by, delay)
    rows = series.with_columns(rate=(pl.col("rate") * 10_000).round().cast(pl.Int64))
    report.as_file(here, "carts", columns.CARTS, rows)
    _table(series, currency, by)
    _ages(here, wanted, delay, currency)
    _definitions()
    cart_list.screen(here, wanted, delay)


def _no_source() -> None:
    st.text(
        _(
            "Aucune de vos sources ne donne ses paniers : il n’y a pas de taux à "
            "montrer. Importez un fichier qui dit quelles lignes sont des paniers "
            "(champs « Panier » et « Début du panier »)."
        )
    )
    st.page_link(
        _IMPORT_PAGE, label=_("Importer un fichier"), icon=":material/upload_file:"
    )


def _delay(here: Here) -> int:
    """Let the reader try another delay, in minutes; it stands in the URL."""
    usual = here.settings.cart_delay
    asked = st.query_params.get("delay", str(usual))
    plain = asked.isascii() and asked.isdecimal() and len(asked) <= _DIGITS
    known = plain and 0 < int(asked) <= carts.LONGEST_DELAY
    delay = int(asked) if known else usual
    offered = sorted({*DELAYS, usual})
    code = delay if delay in offered else OTHER
    if st.session_state.get(_OTHER + "_on"):
        code = OTHER
    if st.session_state.get(_DELAY) != code:
        st.session_state[_DELAY] = code
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            _("Sans paiement après"),
            [*offered, OTHER],
            key=_DELAY,
            format_func=_duration,
            required=True,
            on_change=_delay_chosen,
            wrap=True,
        )
        if code == OTHER:
            st.number_input(
                _("Minutes"),
                1,
                carts.LONGEST_DELAY,
                delay,
                key=_OTHER,
                on_change=_other_given,
                width=140,
            )
    if not known:
        st.text(_("Le délai « {text} » n’existe pas.").format(text=asked))
    return delay


def _duration(minutes: int) -> str:
    if minutes == OTHER:
        return _("Autre")
    if minutes % 60 or minutes < 60:  # noqa: PLR2004 (an hour)
        return _("{n} min").format(n=words.number(minutes))
    return _("{n} h").format(n=words.number(minutes // 60))


def _delay_chosen() -> None:
    code = st.session_state[_DELAY]
    st.session_state[_OTHER + "_on"] = code == OTHER
    if code != OTHER:
        st.query_params["delay"] = str(code)


def _other_given() -> None:
    st.query_params["delay"] = str(st.session_state[_OTHER])


def percent(rate: float | None) -> str:
    """A share as the language writes it: 66,2 %; a dash where there is none."""
    return "–" if rate is None else words.per_cent(rate)


def _figures(here: Here, wanted: OrderFilter, delay: int, one: Figures) -> None:
    back = carts.brought_back(here.snap, wanted, delay=delay)
    back = back.filter(pl.col("currency") == one.currency)
    reminded, paid, value = (
        back.select("reminded", "paid", "value").row(0) if back.height else (0, 0, 0)
    )

    def counted(count: int, amount: int) -> str:
        return f"{words.number(count)} · {words.money(amount, one.currency)}"

    shown = {
        _("Paniers abandonnés"): words.number(one.abandoned),
        _("Valeur"): words.money(one.abandoned_value, one.currency),
        _("Taux d’abandon"): percent(one.rate),
        _("Récupérés"): counted(one.recovered, one.recovered_value),
        _("Récupérés ailleurs"): counted(
            one.recovered_elsewhere, one.recovered_elsewhere_value
        ),
        _("Ramenés par relance"): counted(paid, value),
    }
    with st.grid(3, min_column_width=190, key=f"cart-figures-{one.currency}"):
        for label, text in shown.items():
            # A dollar sign would begin a formula.
            st.metric(label, text.replace("$", "\\$"), border=True)
    if reminded:
        st.caption(plural("{n} panier relancé.", "{n} paniers relancés.", reminded))


def _sentence(here: Here, one: Figures, delay: int) -> None:
    """What is to be seen, and what the figures do not say."""
    said = _(
        "Sur {begun}, {abandoned} sans paiement après {delay} ({rate}) ; "
        "{recovered} plus tard."
    ).format(
        begun=plural("{n} panier commencé", "{n} paniers commencés", one.begun),
        abandoned=plural("{n} est resté", "{n} sont restés", one.abandoned),
        delay=_duration(delay),
        rate=percent(one.rate),
        recovered=plural("{n} a été payé", "{n} ont été payés", one.recovered),
    )
    st.text(said)
    if one.running:
        st.text(
            plural(
                "{n} panier est encore dans son délai et ne compte pas.",
                "{n} paniers sont encore dans leur délai et ne comptent pas.",
                one.running,
            )
        )
    if not carts.tells_paid(here.snap):
        st.text(
            _(
                "Vos sources ne disent pas quand les commandes payées ont commencé : "
                "seuls les paniers quittés sont connus, le taux est donc trop haut."
            )
        )


def _chart(
    here: Here,
    wanted: OrderFilter,
    series: pl.DataFrame,
    currency: str,
    by: str,
    delay: int,
) -> None:
    """Bars per period; a click opens the carts behind one, as the delay judges them."""
    periods = series.filter(pl.col("currency") == currency)
    shown = charts.latest(periods)
    if said := charts.latest_said(periods):
        st.text(said)
    several = series["currency"].n_unique() > 1
    judged = replace(wanted, delay=delay, dated="begun")
    judged = replace(judged, currency=currency if several else None)
    behind = tuple(
        tuple(
            report.behind(here, replace(judged, cart=state), day, by)
            for day in shown["period"]
        )
        for state in cart_charts.SERIES
    )
    alt = _("Paniers commencés, abandonnés et récupérés, par {step}").format(
        step=_(charts.STEPS[by])
    )
    figure = cart_charts.carts(shown, currency, by)
    counts = tuple(tuple(shown[state]) for state in cart_charts.SERIES)
    report.draw(charts.Chart(figure, alt, behind, counts), f"carts-{by}")


def _table(series: pl.DataFrame, currency: str, by: str) -> None:
    rows = [
        {
            "period": row["period"],
            "begun": row["begun"],
            "abandoned": row["abandoned"],
            "value": words.money(row["abandoned_value"], currency),
            "rate": percent(row["rate"]),
            "recovered": row["recovered"],
            "recovered_value": words.money(row["recovered_value"], currency),
            "elsewhere": row["recovered_elsewhere"],
        }
        for row in series.filter(pl.col("currency") == currency)
        .sort("period", descending=True)
        .head(report.SHOWN)
        .iter_rows(named=True)
    ]
    column = st.column_config
    st.dataframe(
        pl.DataFrame(rows),
        key=f"carts-table-{by}-{currency}",
        hide_index=True,
        column_config={
            "period": column.DateColumn(_("À partir du"), format="DD/MM/YYYY"),
            "begun": column.NumberColumn(_("Commencés")),
            "abandoned": column.NumberColumn(_("Abandonnés")),
            "value": column.TextColumn(_("Valeur"), alignment="right"),
            "rate": column.TextColumn(_("Taux"), alignment="right"),
            "recovered": column.NumberColumn(_("Récupérés")),
            "recovered_value": column.TextColumn(
                _("Valeur récupérée"), alignment="right"
            ),
            "elsewhere": column.NumberColumn(_("Récupérés ailleurs")),
        },
        alt=_("Paniers par période"),
    )


def _ages(here: Here, wanted: OrderFilter, delay: int, currency: str) -> None:
    """How long ago the carts that nobody has paid were left."""
    found = carts.ages(here.snap, wanted, delay=delay)
    rows: list[dict[str, Any]] = [
        {
            "age": _(_AGES[age]),
            "carts": count,
            "value": words.money(value, currency),
        }
        for age, count, value in found.filter(pl.col("currency") == currency)
        .select("age", "abandoned", "abandoned_value")
        .iter_rows()
    ]
    if not rows:
        return
    st.subheader(_("Depuis quand les paniers jamais payés attendent"), anchor=False)
    column = st.column_config
    st.dataframe(
        pl.DataFrame(rows),
        key=f"carts-ages-{currency}",
        hide_index=True,
        width=460,
        column_config={
            "age": column.TextColumn(_("Âge")),
            "carts": column.NumberColumn(_("Paniers")),
            "value": column.TextColumn(_("Valeur"), alignment="right"),
        },
        alt=_("Âge des paniers abandonnés"),
    )


def _definitions() -> None:
    """How these figures are calculated: in words, and the query itself."""
    with st.expander(_("Comment ce chiffre est calculé"), icon=":material/help:"):
        for name, meaning in carts.DEFINITIONS:
            st.text(_("{name} : {meaning}.").format(name=_(name), meaning=_(meaning)))
        st.text(_("Deux devises ne sont jamais additionnées."))
        st.code(query_text(carts.SERIES), language="sql")
