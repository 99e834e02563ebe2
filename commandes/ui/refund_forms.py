"""What is done with the marks chosen: noted as given back, or taken back."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes import rules, words
from commandes.actions import refunds
from commandes.actions.closing import Mark, close_all
from commandes.actions.orders import Order
from commandes.ui import doing, listing
from commandes.ui.framing import telling
from commandes.words import _, plural

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from commandes.ui.framing import Here

TO_DO = "refunds_to_do"


def show(here: Here, rows: list[dict[str, Any]], today: date) -> None:
    """The forms for one mark, or for several of one provider."""
    with st.container(border=True, key="refund_forms"):
        if len(rows) == 1:
            _one(here, rows[0], today)
            _take_back(here, rows[0])
        elif len({_provider(row) for row in rows}) > 1:
            st.text(
                _(
                    "Pour en noter plusieurs à la fois, choisissez des remboursements "
                    "d’un même prestataire."
                )
            )
        else:
            _several(here, rows, today)


def _provider(row: dict[str, Any]) -> str:
    return str(row["provider"] or row["means"] or "")


def instant(day: date, today: date, zone: ZoneInfo) -> datetime | None:
    """The instant of a day that someone gave: noon there; None, now, for today."""
    if day == today:
        return None
    return datetime.combine(day, time(12), zone)


def _one(here: Here, row: dict[str, Any], today: date) -> None:
    name = f"close-{row['id']}"
    key = doing.key(name)
    with st.form(f"close-{key}", border=False):
        st.text(
            _("Remboursement de la commande {number} : {amount}").format(
                number=row["number"],
                amount=words.money(row["amount"], row["currency"]),
            )
        )
        with st.grid(4, min_column_width=150):
            day = _day(key, today)
            amount = _amount(key, row)
            provider = _provider_input(key, row)
            reference = _reference(key)
        if st.form_submit_button(
            _("Marquer comme effectué"), type="primary", icon=":material/check:"
        ) and _sure(key, row, amount):
            with telling():
                refunds.close(
                    here.store,
                    Order(row["number"], id=row["order_id"]),
                    refund_id=row["id"],
                    at=instant(day, today, here.settings.zone),
                    amount=amount,
                    provider=provider,
                    reference=reference,
                    actor=here.actor,
                    key=key,
                )
                said = _("Le remboursement de la commande {number} est noté.")
                _again(name, said.format(number=row["number"]))


def _sure(key: str, row: dict[str, Any], amount: int) -> bool:
    """Whether an amount below the mark's was said twice: the rest is not followed."""
    left, asked = row["amount"] - amount, f"{key}-less"
    if not 0 < left < row["amount"] or st.session_state.get(asked) == amount:
        return True
    st.session_state[asked] = amount
    st.text(
        _(
            "La marque est de {marked} : {left} ne seront plus à rendre. Si c’est bien "
            "le montant, confirmez encore une fois."
        ).format(
            marked=words.money(row["amount"], row["currency"]),
            left=words.money(left, row["currency"]),
        )
    )
    return False


def _day(key: str, today: date) -> date:
    given = st.date_input(
        _("Effectué le"),
        today,
        max_value=today,
        key=f"{key}-day",
        format="DD/MM/YYYY",
    )
    return given or today


def _amount(key: str, row: dict[str, Any]) -> int:
    """The amount given back, in minor units; the mark's unless said otherwise."""
    currency = row["currency"]
    digits = rules.minor_digits(currency)
    given = st.number_input(
        _("Montant rendu ({currency})").format(currency=currency),
        value=float(rules.to_major(row["amount"], currency)),
        step=10.0**-digits,
        format=f"%.{digits}f",
        key=f"{key}-amount",
    )
    return rules.to_minor(Decimal(str(given or 0)), currency)


def _provider_input(key: str, row: dict[str, Any]) -> str:
    return st.text_input(
        _("Prestataire"),
        row["provider"] or "",
        max_chars=80,
        key=f"{key}-provider",
        placeholder=_("Stripe, PayPal…"),
    )


def _reference(key: str) -> str:
    return st.text_input(
        _("Référence"),
        max_chars=120,
        key=f"{key}-reference",
        help=_("Celle que le prestataire donne au remboursement."),
    )


def _several(here: Here, rows: list[dict[str, Any]], today: date) -> None:
    name = "close-" + ",".join(str(row["id"]) for row in rows)
    key = doing.key(name)
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["currency"]] = totals.get(row["currency"], 0) + row["amount"]
    count = plural("{n} remboursement", "{n} remboursements", len(rows))
    with st.form(f"close-{key}", border=False):
        st.text(
            _("{count} à la même date, chacun de son montant : {amounts}").format(
                count=count, amounts=words.monies(totals)
            )
        )
        with st.grid(3, min_column_width=150):
            day = _day(key, today)
            provider = _provider_input(key, rows[0])
            reference = _reference(key)
        if st.form_submit_button(
            plural(
                "Marquer {n} comme effectué", "Marquer {n} comme effectués", len(rows)
            ),
            type="primary",
            icon=":material/done_all:",
        ):
            closed = close_all(
                here.store,
                [Mark(row["id"], row["order_id"], row["number"]) for row in rows],
                at=instant(day, today, here.settings.zone),
                provider=provider,
                reference=reference,
                actor=here.actor,
                key=key,
            )
            well = sum(not one.said for one in closed)
            said = [
                plural("{n} remboursement noté.", "{n} remboursements notés.", well),
                *(one.said for one in closed if one.said),
            ]
            _again(name, "\n".join(said))


def _take_back(here: Here, row: dict[str, Any]) -> None:
    name = f"unrefund-{row['id']}"
    key = doing.key(name)
    with st.popover(
        _("Retirer la marque"), key=f"{key}-popover", icon=":material/redo:"
    ):
        st.text(
            _(
                "La commande {number} n’est plus marquée comme remboursée de "
                "{amount} ; les unités revenues en stock en ressortent."
            ).format(
                number=row["number"],
                amount=words.money(row["amount"], row["currency"]),
            )
        )
        if st.button(_("Retirer la marque"), key=f"{key}-confirm", type="primary"):
            with telling():
                gone = refunds.unrefund(
                    here.store,
                    Order(row["number"], id=row["order_id"]),
                    refund_id=row["id"],
                    actor=here.actor,
                    key=key,
                )
                said = _("La marque de la commande {number} est retirée.")
                said = said.format(number=row["number"])
                short = gone.result.get("oversold")
                if short:
                    over = _("Vendu au-delà du stock : {skus}")
                    said += "\n" + over.format(skus=", ".join(short))
                _again(name, said)


def _again(name: str, said: str) -> None:
    """Draw both lists anew: this one, and that of orders when one goes back to it."""
    listing.refresh()
    doing.done(name, said)
