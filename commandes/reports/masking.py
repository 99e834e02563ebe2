"""What of a customer is shown to whom: masked for roles that need no detail.

Reports mask what they answer, so that screen, command line and files agree. Who sees
masked customers finds none by their names and e-mails either (see `filters`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from commandes import access, personal
from commandes.personal import Person

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import polars as pl

    from commandes.reports.detail import OrderDetail
    from commandes.reports.parts import Customer

_NOBODY = Person((), (), ())
# How a column is masked, by its name.
_COLUMNS: dict[str, Callable[[str | None], str | None]] = {
    "customer_name": personal.masked_name,
    "customer_key": personal.masked_name,
    "customer": personal.masked_email,  # a name, or an e-mail in its place
    "email": personal.masked_email,
    "phone": personal.masked_phone,
    "ip_address": personal.masked_ip,
    "details": lambda text: personal.kept_details(text, _NOBODY),
}


# The columns that say whose a row is.
_WHOSE = ("customer", "customer_name", "email", "phone")
# Those in which people or sources may have named them.
_MAY_NAME = {"reason", "reference", "means", "provider", "done_provider"}


def is_on() -> bool:
    """Whether who asks now sees masked customers."""
    return not access.may("customers.read")


def frame(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a report, masked where they must be."""
    import polars as pl

    if not is_on():
        return rows
    masked = {
        name: [_COLUMNS[name](value) for value in rows[name]]
        for name in rows.columns
        if name in _COLUMNS and rows[name].dtype == pl.String
    }
    whose = [rows[name] for name in _WHOSE if name in rows.columns]
    for name in _MAY_NAME & set(rows.columns) if whose else ():
        masked[name] = [
            said and personal.masked_text(said, _words(*known))
            for said, *known in zip(rows[name], *whose, strict=True)
        ]
    return rows.with_columns(
        pl.Series(name, values, pl.String) for name, values in masked.items()
    )


def _words(*known: str | None) -> set[str]:
    """Names and addresses, and each word of a name."""
    found = {one for one in known if one}
    return found | {word for one in found for word in one.split()}


def name(text: str | None) -> str | None:
    """A name or an e-mail, masked where it must be."""
    return personal.masked_email(text) if is_on() else text


def text(said: str, *known: str | None) -> str:
    """A text, without these names of its customer where they must be masked."""
    return personal.masked_text(said, _words(*known)) if is_on() else said


def order(found: OrderDetail) -> OrderDetail:
    """One order, masked where it must be: its texts do not name its customer."""
    if not is_on():
        return found
    customer = found.customer
    known, names = _names(customer), _words(customer.name)

    def plain(said: str) -> str:
        return personal.masked_text(said, known)

    def unnamed(said: str) -> str:
        return personal.masked_text(said, names)

    return replace(
        found,
        customer=_customer(customer),
        sums=replace(
            found.sums,
            discount_codes=found.sums.discount_codes
            and unnamed(found.sums.discount_codes),
        ),
        lines=tuple(
            replace(
                line,
                title=unnamed(line.title),
                variant=line.variant and unnamed(line.variant),
                details=_details(line.details),
            )
            for line in found.lines
        ),
        payments=tuple(
            replace(
                one,
                means=one.means and plain(one.means),
                provider=one.provider and plain(one.provider),
                reference=one.reference and plain(one.reference),
            )
            for one in found.payments
        ),
        refunds=tuple(
            replace(
                one,
                reason=one.reason and plain(one.reason),
                provider=one.provider and plain(one.provider),
                reference=one.reference and plain(one.reference),
            )
            for one in found.refunds
        ),
        shipments=tuple(
            replace(one, number=unnamed(one.number), url=one.url and unnamed(one.url))
            for one in found.shipments
        ),
        messages=tuple(
            replace(
                one,
                sender=personal.masked_email(one.sender),
                recipient=personal.masked_email(one.recipient),
                subject=plain(one.subject),
                body=plain(one.body),
                error=one.error and plain(one.error),
            )
            for one in found.messages
        ),
        notes=tuple(replace(one, text=plain(one.text)) for one in found.notes),
    )


def _customer(known: Customer) -> Customer:
    return replace(
        known,
        name=personal.masked_name(known.name),
        email=personal.masked_email(known.email),
        phone=personal.masked_phone(known.phone),
        billing=_country(known.billing),
        shipping=_country(known.shipping),
        ip_address=personal.masked_ip(known.ip_address),
        user_agent=None,
    )


def _country(address: dict[str, str] | None) -> dict[str, str] | None:
    country = (address or {}).get("country")
    return {"country": country} if country else None


def _details(details: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in details.items() if k in personal.KEPT_DETAILS}


def _names(known: Customer) -> set[str]:
    """By what texts about an order may name its customer, longest first."""
    found = {known.name, known.email, known.phone}
    for address in (known.billing, known.shipping):
        parts = address or {}
        found |= {parts.get(part) for part in ("name", "line1", "city", "phone")}
    return _words(*found)
