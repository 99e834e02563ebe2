"""The pieces of the panel: facts, addresses, articles, amounts, parcels; plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import polars as pl
import streamlit as st

from commandes import words
from commandes.intake import fields
from commandes.ui import theme
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from commandes.reports.detail import OrderDetail
    from commandes.reports.parts import Customer, Line, Shipment


def missing() -> str:
    """What stands for a fact that the source does not give."""
    return _("non fourni par la source")


def moment(at: datetime, zone: str) -> str:
    """An instant in the shop's time zone."""
    return words.moment(at, zone)


def facts(known: Mapping[str, str | None], *, skip_missing: bool = False) -> None:
    """Labels of ours with values of anybody; a missing value says so.

    Args:
        known: value by label; the labels are our own words.
        skip_missing: leave out what is not known instead.
    """
    shown = {k: v for k, v in known.items() if v or not skip_missing}
    with st.grid(3, min_column_width=140, gap=("xsmall", "medium")):
        for label, value in shown.items():
            with st.container(gap=None):
                st.caption(label)
                st.text(value or missing())


def addresses(customer: Customer) -> None:
    """Billing and shipping address side by side, once when they are the same."""
    billing, shipping = customer.billing, customer.shipping
    if billing and shipping and billing == shipping:
        facts({_("Adresse de facturation et de livraison"): _address(billing)})
        return
    facts(
        {
            _("Adresse de facturation"): _address(billing),
            _("Adresse de livraison"): _address(shipping),
        }
    )


def _address(given: Mapping[str, str] | None) -> str | None:
    """An address on its lines: name, company, street, town, country."""
    if not given:
        return None
    town = " ".join(given[k] for k in ("zip", "city") if given.get(k))
    rows = [given.get(k) for k in ("name", "company", "line1", "line2")]
    rows += [town, given.get("province"), given.get("country"), given.get("phone")]
    return "\n".join(row for row in rows if row) or None


def lines(order: OrderDetail) -> None:
    """The articles of an order, a row each."""
    if not order.lines:
        st.caption(_("Aucun article : {text}").format(text=missing()))
        return
    currency = order.currency
    rows = [
        {
            "title": line.title,
            "variant": line.variant or "",
            "sku": line.sku or "",
            "quantity": line.quantity,
            "price": words.money(line.unit_price, currency),
            "discount": words.money(-line.discount, currency) if line.discount else "",
            "tax": _tax(line, currency),
            "total": words.money(line.total, currency),
            "back": _back(line),
        }
        for line in order.lines
    ]
    texts = dict.fromkeys(rows[0], pl.String)
    frame = pl.DataFrame(rows, schema={**texts, "quantity": pl.Int64})
    empty = [
        name
        for name in ("variant", "sku", "discount", "tax", "back")
        if not any(row[name] for row in rows)
    ]
    column = st.column_config
    st.dataframe(
        frame.drop(empty),
        key="panel_lines",
        hide_index=True,
        row_height=32,
        column_config={
            "title": column.TextColumn(_("Article"), width="medium"),
            "variant": column.TextColumn(_("Variante")),
            "sku": column.TextColumn(_("Référence")),
            "quantity": column.NumberColumn(_("Qté"), width=52),
            "price": column.TextColumn(_("Prix"), alignment="right"),
            "discount": column.TextColumn(_("Remise"), alignment="right"),
            "tax": column.TextColumn(_("Taxes"), alignment="right"),
            "total": column.TextColumn(_("Total"), alignment="right"),
            "back": column.TextColumn(_("Retour")),
        },
        alt=_("Articles"),
    )


def _tax(line: Line, currency: str) -> str:
    amount = "" if line.tax is None else words.money(line.tax, currency)
    if line.tax_rate is None:
        return amount
    rate = words.per_cent(line.tax_rate / 10_000, digits=2)
    return f"{amount} ({rate})" if amount else rate


def _back(line: Line) -> str:
    said = (
        (line.refunded_quantity, _("{n} remboursé")),
        (line.cancelled_quantity, _("{n} annulé")),
        (line.restocked_quantity, _("{n} remis en stock")),
    )
    return ", ".join(text.format(n=count) for count, text in said if count)


def services(order: OrderDetail, zone: str) -> None:
    """What is proper to the module: event and seat, plan, table and covers, slot."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for line in order.lines:
        known = {
            _detail_label(name): _detail(value, zone)
            for name, value in line.details.items()
            if not (line.service_at and name in _SAME_DATE)
        }
        if line.service_at:
            known = {_("Date de prestation"): moment(line.service_at, zone), **known}
        if known:
            groups.setdefault(tuple(known.items()), []).append(line.title)
    for same, titles in groups.items():
        with st.container(border=True):
            if len(order.lines) > 1:
                st.text(", ".join(titles))
            facts(dict(same))


def _detail_label(name: str) -> str:
    field = fields.field(f"details.{name}")
    return _(field.label) if field and field.label else name


# Some sources tell the service's date a second time among the details.
_SAME_DATE = ("date", "slot_start")


def _detail(value: Any, zone: str) -> str:  # noqa: ANN401 (a value of JSON)
    if isinstance(value, (int, float)):
        return words.number(value)
    return words.told(str(value), zone)


def amounts(rows: Sequence[tuple[str, int | None]], currency: str) -> None:
    """Labels of ours and their amounts, right-aligned as on a bill."""
    with st.container(gap="xsmall", width=420, key="panel_sums"):
        for label, value in rows:
            with st.container(horizontal=True, gap="small"):
                st.text(label, width="stretch")
                shown = missing() if value is None else words.money(value, currency)
                st.text(shown, text_alignment="right", width="content")


def shipment(found: Shipment, zone: str) -> None:
    """One parcel; a link only where it is a web address."""
    facts(
        {
            _("Transporteur"): found.carrier,
            _("Numéro de suivi"): found.number,
            _("Ajouté le"): moment(found.at, zone) if found.at else None,
        }
    )
    if found.url and urlsplit(found.url).scheme == "https":
        st.link_button(
            _("Suivre le colis"),
            found.url,
            key=f"panel_track_{found.id}",
            icon=":material/local_shipping:",
        )
    elif found.url:
        st.text(found.url)


def copied(known: Mapping[str, str | None]) -> None:
    """Facts that people carry elsewhere: each with a button that copies it."""
    with st.grid(2, min_column_width=190, gap=("xsmall", "medium")):
        for label, value in known.items():
            with st.container(gap=None):
                st.caption(label)
                if value:
                    st.code(value, language=None)
                else:
                    st.text(missing())


def other_orders(found: pl.DataFrame, zone: str) -> None:
    """The same customer's other orders, over all modules, newest first."""
    rows = [
        {
            "number": row["number"],
            "placed_at": row["placed_at"],
            "module": theme.module_words(row["module"]),
            "status": theme.status_label(row["status"]),
            "total": words.money(row["total"], row["currency"]),
            "link": f"/commande?{urlencode(_link(row))}",
        }
        for row in found.iter_rows(named=True)
    ]
    column = st.column_config
    st.dataframe(
        pl.DataFrame(rows),
        key="panel_others",
        hide_index=True,
        row_height=32,
        column_config={
            "number": column.TextColumn(_("N°")),
            "placed_at": column.DatetimeColumn(
                _("Date"), format="DD/MM/YY HH:mm", timezone=zone
            ),
            "module": column.TextColumn(_("Module")),
            "status": column.TextColumn(_("Statut")),
            "total": column.TextColumn(_("Total"), alignment="right"),
            "link": column.LinkColumn(" ", display_text=_("Ouvrir")),
        },
        alt=_("Autres commandes de ce client"),
    )


def _link(row: Mapping[str, Any]) -> dict[str, str]:
    return {"commande": row["number"], "source": row["source"]}
