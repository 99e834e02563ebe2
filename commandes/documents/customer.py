"""One customer's data as one file: HTML that anybody reads, JSON that a program does.

The HTML loads nothing and runs nothing; the JSON stands in it too, as a block of data.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from commandes import words
from commandes.documents.printable import visible
from commandes.errors import BadFilter
from commandes.whole import whole
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from commandes.reports.detail import OrderDetail
    from commandes.reports.dossier import Dossier

FORMATS = ("html", "json")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto;
padding: 0 1rem; color-scheme: light dark; }
section { border-top: 1px solid #888; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content auto; gap: .2rem 1rem; }
dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: top; }
td:last-child, th:last-child { text-align: right; }"""


def customer_file(
    found: Dossier,
    path: Path,
    zone: ZoneInfo,
    format: str = "html",  # noqa: A002 (the option's own word)
) -> int:
    """Write the file, in the language that is spoken; the number of orders in it.

    Raises:
        BadFilter: another format.
        ExportUnwritable: the file cannot be written.
    """
    if format not in FORMATS:
        raise BadFilter(name="format", value=format, choices=", ".join(FORMATS))
    text = page(found, zone) if format == "html" else data(found, zone)
    with whole(path) as aside:
        aside.write_text(text, encoding="utf-8")
    return len(found.orders)


def data(found: Dossier, zone: ZoneInfo) -> str:
    """The JSON document."""
    return json.dumps(found.as_json(zone), ensure_ascii=False, indent=2) + "\n"


def page(found: Dossier, zone: ZoneInfo) -> str:
    """The HTML document, with the JSON in it."""
    title = _("Données personnelles de {email}").format(email=found.email)
    said = _("Tout ce qui est gardé sous cette adresse, au {moment}.")
    at = words.moment(found.made_at, zone.key)
    # Within a block of data a tag can only be begun by this sign.
    block = data(found, zone).replace("<", "\\u003c")
    parts = [
        "<!doctype html>",
        f'<html lang="{words.language()}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{_e(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_e(title)}</h1><p>{_e(said.format(moment=at))}</p>",
        *(f"<p>{_e(text)}</p>" for text in _about(found)),
        *(part for order in found.orders for part in _order(order, zone)),
        f'<script type="application/json" id="data">{block}</script>',
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _e(text: Any) -> str:  # noqa: ANN401 (any value of a cell)
    return html.escape(visible(str(text)), quote=True)


def _about(found: Dossier) -> Iterator[str]:
    if found.objected:
        yield _("Cette personne ne veut pas de relance de panier.")
    if not found.orders:
        yield _("Aucune commande ne porte cette adresse.")


def _order(order: OrderDetail, zone: ZoneInfo) -> Iterator[str]:
    def money(amount: int) -> str:
        return words.money(amount, order.currency)

    def moment(at: Any) -> str:  # noqa: ANN401 (an instant, or none)
        return words.moment(at, zone.key) if at else ""

    customer = order.customer
    number = _("Commande {number}").format(number=order.number)
    yield f"<section><h2>{_e(number)}</h2>"
    yield _facts(
        {
            _("Date"): moment(order.placed_at),
            _("Module"): _(words.MODULE_WORDS[order.module]),
            _("Statut"): _(words.STATUS_WORDS[order.status]),
            _("Paiement"): _(words.PAYMENT_WORDS[order.payment]),
            _("Total"): money(order.sums.total),
            _("Source"): order.source,
            _("Nom complet"): customer.name,
            _("E-mail"): customer.email,
            _("Téléphone"): customer.phone,
            _("Facturation"): _address(customer.billing),
            _("Livraison"): _address(customer.shipping),
            _("Adresse IP"): customer.ip_address,
            _("Navigateur"): customer.user_agent,
            _("Étiquettes"): ", ".join(tag.name for tag in order.tags),
            _("Codes de réduction"): order.sums.discount_codes,
        }
    )
    yield _table(
        _("Articles"),
        (
            (
                " · ".join(filter(None, (line.title, line.variant, line.sku))),
                ", ".join(f"{name}: {v}" for name, v in (line.details or {}).items()),
                line.quantity,
                money(line.total),
            )
            for line in order.lines
        ),
    )
    yield _table(
        _("Paiements"),
        (
            (moment(p.at), p.means or "", p.reference or "", money(p.amount))
            for p in order.payments
        ),
    )
    yield _table(
        _("Remboursements"),
        (
            (moment(r.marked_at), r.reason or "", r.reference or "", money(r.amount))
            for r in order.refunds
        ),
    )
    yield _table(
        _("Suivi"),
        ((s.carrier or "", s.url or "", s.number) for s in order.shipments),
    )
    yield _table(
        _("Messages"),
        ((moment(m.at), m.subject, m.body, m.state) for m in order.messages),
    )
    yield _table(_("Notes"), ((moment(n.at), n.text, n.author) for n in order.notes))
    yield "</section>"


def _facts(facts: dict[str, Any]) -> str:
    rows = (f"<dt>{_e(k)}</dt><dd>{_e(v)}</dd>" for k, v in facts.items() if v)
    return f"<dl>{''.join(rows)}</dl>"


def _table(title: str, rows: Iterable[tuple[Any, ...]]) -> str:
    cells = ["".join(f"<td>{_e(cell)}</td>" for cell in row) for row in rows]
    if not cells:
        return ""
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<h3>{_e(title)}</h3><table>{body}</table>"


def _address(parts: dict[str, Any] | None) -> str:
    return ", ".join(str(part) for part in (parts or {}).values() if part)
