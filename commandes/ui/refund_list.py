"""The refunds to make: who is owed what, since when, and those made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from commandes import access, words
from commandes.reports import refunds
from commandes.reports.dashboard import CANCELLED_PAID
from commandes.reports.export.columns import REFUNDS
from commandes.ui import (
    doing,
    list_files,
    order_links,
    period,
    refund_forms,
    sent,
)
from commandes.ui.money import LIST_PAGE
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.ui.framing import Here
    from commandes.ui.sent import Sent

TO_DO, DONE, WAITING = "refunds_to_do", "refunds_done", "refunds_waiting"
# More are counted, summed and exported, but no page shows thousands of rows.
MOST = 1_000


def screen(here: Here) -> None:
    """Draw the whole screen."""
    st.text(
        _(
            "Une marque de remboursement est interne : rendez l’argent chez le "
            "prestataire de paiement (PayPal, Stripe…), puis notez-le ici."
        )
        if access.may_do("close_refund")
        else _(
            "Une marque de remboursement est interne : la Comptabilité ou la Gestion "
            "rend l’argent chez le prestataire de paiement (PayPal, Stripe…), puis le "
            "note ici."
        )
    )
    doing.told()
    sent.catching_up(here, TO_DO)
    to_do, done = st.tabs([_("À effectuer"), _("Effectués")], key="refund_tabs")
    with to_do:
        _to_do(here)
        _waiting(here)
    with done:
        _done(here)
    order_links.follow()


def _to_do(here: Here) -> None:
    today = datetime.now(here.settings.zone).date()
    found = refunds.to_do(here.snap, today=today)
    listed = sent.shown(TO_DO, today, found.head(MOST), arrived=here.arrived)
    sent.news(listed)
    if listed.rows.is_empty():
        st.text(_("Aucun remboursement à effectuer."))
        return
    _head(here, found, "amount", TO_DO, _count_to_do)
    chosen = sent.choose(
        listed,
        _cells(listed, _to_do_cells),
        _columns(listed, here.settings.timezone),
        mode="multi-row",
        alt=_("Remboursements à effectuer"),
    )
    rows = [sent.row(listed, mark) for mark in chosen]
    if not access.may("refunds.close"):
        return
    if rows:
        refund_forms.show(here, rows, today)
    else:
        st.caption(_("Cochez une ligne pour noter le remboursement effectué."))


def _count_to_do(count: int) -> str:
    return plural(
        "{n} remboursement à effectuer", "{n} remboursements à effectuer", count
    )


def _count_done(count: int) -> str:
    return plural("{n} remboursement effectué", "{n} remboursements effectués", count)


def _head(
    here: Here,
    found: pl.DataFrame,
    amount: str,
    name: str,
    count: Callable[[int], str],
) -> None:
    """How many, how much per currency, and all of them as a file."""
    amounts = words.monies(refunds.totals(found, amount))
    with st.container(horizontal=True, vertical_alignment="center"):
        said = _("{count} : {amounts}").format(
            count=count(found.height), amounts=amounts
        )
        st.text(said, width="stretch")
        list_files.menu(here, f"{name}_export", _stem(name), REFUNDS, lambda: [found])
    if found.height > MOST:
        most = words.number(MOST)
        st.caption(
            _("Les {n} premiers sont montrés ; le fichier les a tous.").format(n=most)
        )


def _stem(name: str) -> str:
    return _("remboursements-a-effectuer") if name == TO_DO else _("remboursements")


def _cells(listed: Sent, cells: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:  # noqa: ANN401 (a frame of any columns)
    """The rows in words, each with the button of its order."""
    return pl.DataFrame(
        [
            {"number": row["number"], "open": order_links.label(row["number"])}
            | cells(row)
            for row in listed.rows.iter_rows(named=True)
        ],
        infer_schema_length=None,
    )


def _to_do_cells(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "days": row["days"],
        "customer": row["customer"] or "",
        "provider": payer(row),
        "amount": words.money(row["amount"], row["currency"]),
        "reason": row["reason"] or "",
        "marked_at": row["marked_at"],
    }


def payer(row: dict[str, Any]) -> str:
    """Where the money came from: provider and means of the payments."""
    return " · ".join(filter(None, (row["provider"], row["means"])))


def _done_cells(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "done_at": row["done_at"],
        "customer": row["customer"] or "",
        "provider": row["done_provider"] or payer(row),
        "amount": words.money(row["done_amount"], row["currency"]),
        "reference": row["reference"] or "",
        "reason": row["reason"] or "",
        "marked_at": row["marked_at"],
    }


def _waiting_cells(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "cancelled_at": row["cancelled_at"],
        "customer": row["customer"] or "",
        "paid": words.money(row["paid"], row["currency"]),
        "refunded": words.money(row["refunded"], row["currency"]),
        "left_over": words.money(row["left_over"], row["currency"]),
    }


def _columns(listed: Sent, timezone: str) -> dict[str, Any]:
    column = st.column_config
    orders = listed.rows.select("number", "source").rows()

    def instant(label: str) -> Any:  # noqa: ANN401 (Streamlit's own)
        return column.DatetimeColumn(
            label, format="DD/MM/YY HH:mm", timezone=timezone, width=108
        )

    def amount(label: str) -> Any:  # noqa: ANN401 (Streamlit's own)
        return column.TextColumn(label, alignment="right", width=96)

    return {
        "number": column.TextColumn(_("N°"), width=84, pinned=True),
        "open": order_links.column(listed.key, orders),
        "days": column.NumberColumn(
            _("Jours"), width=56, help=_("Depuis la marque, en jours.")
        ),
        "customer": column.TextColumn(_("Client"), width=140),
        "provider": column.TextColumn(_("Prestataire"), width=150),
        "amount": amount(_("Montant")),
        "paid": amount(_("Payé")),
        "refunded": amount(_("Remboursé")),
        "left_over": amount(_("Reste à rendre")),
        "reference": column.TextColumn(_("Référence"), width=130),
        "reason": column.TextColumn(_("Motif"), width=180),
        "marked_at": instant(_("Marquée le")),
        "done_at": instant(_("Effectué le")),
        "cancelled_at": instant(_("Annulée le")),
    }


def _table(here: Here, listed: Sent, cells: pl.DataFrame, alt: str) -> None:
    """A list whose rows are only read and opened."""
    st.dataframe(
        cells,
        key=listed.key,
        hide_index=True,
        row_height=sent.ROW_HEIGHT,
        column_config=_columns(listed, here.settings.timezone),
        placeholder="",
        alt=alt,
    )


def _waiting(here: Here) -> None:
    """Orders cancelled though paid: nobody has marked their refund yet."""
    title = _("Annulées, payées et non remboursées")
    found = refunds.waiting(here.snap)
    if found.is_empty():
        return
    st.subheader(title, anchor=False)
    count = plural("{n} commande", "{n} commandes", found.height)
    amounts = words.monies(refunds.totals(found, "left_over"))
    with st.container(horizontal=True, vertical_alignment="center"):
        said = (
            _("{count}, {amounts} à rendre : à marquer d’abord, depuis la fiche.")
            if access.may_do("refund")
            else _(
                "{count}, {amounts} à rendre : à marquer d’abord par l’Équipe ou la "
                "Gestion, depuis la fiche."
            )
        )
        st.text(said.format(count=count, amounts=amounts), width="stretch")
        st.page_link(
            LIST_PAGE,
            label=_("Voir dans la liste"),
            icon=":material/receipt_long:",
            query_params=CANCELLED_PAID.query(),
        )
    listed = sent.Sent(WAITING, None, found.head(MOST))
    _table(here, listed, _cells(listed, _waiting_cells), title)


def _done(here: Here) -> None:
    # A default of its own: the key of the widget is made of it.
    wanted = period.chosen("this_month")
    found = refunds.done(here.snap, wanted)
    if found.is_empty():
        st.text(_("Aucun remboursement effectué sur cette période."))
        return
    _head(here, found, "done_amount", DONE, _count_done)
    listed = sent.Sent(DONE, wanted, found.head(MOST))
    _table(here, listed, _cells(listed, _done_cells), _("Remboursements effectués"))
