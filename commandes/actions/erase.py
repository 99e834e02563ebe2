"""Erasing a customer: what names them goes everywhere, what was bought stays.

Amounts, states, articles, stock and the journal stay as they are; the order keeps the
country that it went to. Imports that still hold the customer are blanked again
(intake.merging.forgotten): the store knows whom it forgot by a keyed digest alone.
What this transaction leaves in files is the matter of `commandes.privacy`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sqlalchemy import bindparam, delete, func, or_, select, update

from commandes import personal
from commandes.actions import orders
from commandes.errors import ErasureRefused
from commandes.personal import Person
from commandes.store import Receipt, set_info, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Column, ColumnElement, Connection, Row, Table

    from commandes.actions.orders import Order
    from commandes.store import Store, Writer

# The fact of the store that says that its files still hold what went, since when.
TO_CLEAN = "to_clean"
# Purposes of the keyed digests (Store.sign).
_EMAIL, _ORDER = "erased e-mail", "erased order"
# Last imported values that are digests of texts: they are worked out anew.
_DIGESTS = ("lines", "payments", "shipments", "notes")
_AT_ONCE = 500
_FEW = 50  # receipts are searched by their text

# Free texts in which anybody may have named the customer; with their order, if any.
_TEXTS: tuple[Column[Any], ...] = (
    tables.notes.c.text,
    tables.messages.c.subject,
    tables.messages.c.body,
    tables.messages.c.sender,
    tables.messages.c.recipient,
    tables.messages.c.error,
    tables.refunds.c.reason,
    tables.refunds.c.reference,
    tables.refunds.c.provider,
    tables.payments.c.reference,
    tables.payments.c.provider,
    tables.payments.c.means,
    tables.shipments.c.number,
    tables.shipments.c.url,
    # Of others: who was sent a present stands in the giver's order.
    tables.orders.c.billing_address,
    tables.orders.c.shipping_address,
    tables.orders.c.discount_codes,
    tables.orders.c.channel,
    tables.orders.c.cart_url,
    tables.order_lines.c.title,
    tables.stock_items.c.title,
    tables.order_lines.c.variant,
    tables.order_lines.c.details,
    tables.stock_movements.c.reason,
    tables.message_templates.c.subject,
    tables.message_templates.c.body,
    tables.notebooks.c.name,
    tables.notebooks.c.cells,
    tables.imports.c.file_name,
    tables.import_rows.c.reason,
    tables.column_profiles.c.toml,
    tables.store_info.c.value,
    tables.deliveries.c.detail,
    tables.deliveries.c.subject,
)


# Those in which people write sentences: a street there is the customer's, elsewhere
# it may be a neighbour's.
_SENTENCES = (
    tables.notes.c.text,
    tables.messages.c.subject,
    tables.messages.c.body,
    tables.refunds.c.reason,
)


@dataclass
class Erased:
    """How much of each kind went.

    Attributes:
        texts: texts of other orders, analyses, templates… that named the customer.
    """

    orders: int = 0
    lines: int = 0
    notes: int = 0
    messages: int = 0
    parcels: int = 0
    references: int = 0
    views: int = 0
    texts: int = 0
    ids: list[int] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """All but the ids, by name."""
        return {name: n for name, n in vars(self).items() if name != "ids"}


def email_digest(signer: Store | Writer, email: str) -> str:
    """What stands for the e-mail of somebody erased, whatever its case."""
    return signer.sign(_EMAIL, email.strip().lower())


def order_digest(signer: Store | Writer, source: str, source_id: str) -> str:
    """What stands for an order whose customer was erased."""
    return signer.sign(_ORDER, json.dumps([source, source_id]))


def erase(
    store: Store,
    email: str = "",
    *,
    order: Order | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Erase a customer by e-mail; or by order, where an order has no e-mail.

    The receipt's result counts what went, by the names of `Erased`.

    Raises:
        ErasureRefused: neither is given; the order has an e-mail; or a message to the
            customer is being sent at this moment.
        OrderNotFound, OrderAmbiguous: no such order.
    """
    email = email.strip()
    if bool(email) == (order is not None):
        raise ErasureRefused(detail=_("il faut un e-mail, ou une commande"))

    def work(writer: Writer) -> Receipt:
        rows = _theirs(writer.connection, email, order)
        _refuse(writer.connection, [row.id for row in rows])
        needles = _needles(writer.connection, email, rows)
        done = blank(writer, rows)
        bare_receipts(writer, {row.number for row in rows})
        streets = {line for row in rows for line in personal.streets_of(row._asdict())}
        _elsewhere(writer, done, needles, streets)
        done.texts += _deliveries(writer, needles)
        done.views = _views(writer, needles)
        changed = any(done.counts().values())
        if changed:
            if email:
                _remember(writer, "email", [email_digest(writer, email)])
            writer.record(None, "customer_erased", {"orders": done.orders})
            set_info(writer, TO_CLEAN, writer.now.isoformat())
        return Receipt(
            "",
            rows[0].number if order else "",
            "erase_customer",
            changed=changed,
            message="" if changed else _("Rien n’est gardé de ce client."),
            result=dict(done.counts()),
        )

    # What is kept of the question names nobody either.
    asked: dict[str, object] = {"digest": email_digest(store, email)} if email else {}
    if order is not None:
        asked = {"order": order.number, "source": order.source, "id": order.id}
    return store.perform("erase_customer", asked, work, actor=actor, key=key)


def needles(store: Store, email: str, order: Order | None = None) -> list[str]:
    """The texts by which files outside the store may name a customer."""
    with store.reading() as connection:
        return _needles(connection, email.strip(), _theirs(connection, email, order))


def unserved(store: Store, email: str, order: Order | None = None) -> list[str]:
    """The numbers of a customer's orders that somebody has still to deliver or serve.

    Raises:
        ErasureRefused, OrderNotFound, OrderAmbiguous: as for the action.
    """
    with store.reading() as connection:
        return [
            row.number
            for row in _theirs(connection, email, order)
            if row.status in ("new", "in_progress") and not row.is_cart
        ]


def _theirs(connection: Connection, email: str, order: Order | None) -> list[Row[Any]]:
    if order is not None:
        found = orders.find(connection, order)
        if found.email:
            detail = _("la commande {number} a un e-mail, effacez le client par lui")
            raise ErasureRefused(detail=detail.format(number=found.number))
        return [found]
    return of_email(connection, email)


def of_email(connection: Connection, email: str) -> list[Row[Any]]:
    """The orders of an e-mail, whatever its case, oldest first."""
    c, email = tables.orders.c, email.strip()
    mail = func.lower(c.email).in_({email, email.lower()})
    statement = select(tables.orders).where(mail).order_by(c.id)
    return list(connection.execute(statement)) if email else []


def _refuse(connection: Connection, ids: Sequence[int]) -> None:
    c = tables.messages.c
    going = select(c.id).where(c.order_id.in_(ids), c.state == "sending").limit(1)
    if connection.scalar(going) is not None:
        raise ErasureRefused(detail=_("un message à ce client est en cours d’envoi"))


def _needles(connection: Connection, email: str, rows: Sequence[Row[Any]]) -> list[str]:
    """What is searched elsewhere: a name only where nobody else bears it."""
    found: set[str | None] = {email}
    for row in rows:
        addresses = personal.addresses_of(row._asdict())
        found |= {row.phone, *(address.get("phone") for address in addresses)}
        names = {row.customer_name, *(address.get("name") for address in addresses)}
        found |= {
            name
            for name in names
            if name and len(name.split()) > 1 and _is_alone(connection, name, rows)
        }
    return sorted(text for text in found if text and len(text) > 5)  # noqa: PLR2004 (shorter ones are no names)


def _is_alone(connection: Connection, name: str, rows: Sequence[Row[Any]]) -> bool:
    """Whether no order of somebody else has this customer's name."""
    c = tables.orders.c
    theirs = [row.id for row in rows]
    other = select(c.id).where(c.customer_name == name, c.id.not_in(theirs)).limit(1)
    return connection.scalar(other) is None


def blank(writer: Writer, rows: Sequence[Row[Any]]) -> Erased:
    """Blank some orders with all that hangs on them; one journal entry for each.

    Their receipts are the caller's to bare.
    """
    done = Erased(orders=len(rows), ids=[row.id for row in rows])
    people = {row.id: Person.of(row._asdict()) for row in rows}
    if not rows:
        return done
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        ids = [row.id for row in some]
        done.lines += _lines(writer, ids, people)
        done.references += _money(writer, ids, people)
        done.notes += _delete(writer, tables.notes, ids)
        done.messages += _delete(writer, tables.messages, ids)
        done.parcels += _delete(writer, tables.shipments, ids)
        _forget_told(writer, ids, people)
        _orders(writer, some, people)
    _remember(
        writer, "order", [order_digest(writer, r.source, r.source_id) for r in rows]
    )
    writer.record_many([(row.id, "{}") for row in rows], "customer_erased")
    return done


def _orders(
    writer: Writer, rows: Sequence[Row[Any]], people: dict[int, Person]
) -> None:
    table = tables.orders
    names = (*personal.FIELDS, *personal.ADDRESSES, *personal.TEXTS)
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(
            {name: bindparam(f"new_{name}") for name in names}
            | {"erased_at": writer.now, "version": table.c.version + 1}
        )
    )
    values = []
    for row in rows:
        kept = personal.kept_order(row._asdict(), people[row.id])
        values.append({"row_id": row.id} | {f"new_{k}": v for k, v in kept.items()})
    writer.connection.execute(statement, values)


def _lines(writer: Writer, ids: list[int], people: dict[int, Person]) -> int:
    table, connection = tables.order_lines, writer.connection
    c = table.c
    changed, titles = [], set()
    for line in connection.execute(select(table).where(c.order_id.in_(ids))).all():
        person = people[line.order_id]
        kept = {
            "title": personal.kept_title(line.title, line.sku, person),
            "variant": None,
            "details": personal.kept_details(line.details, person),
        }
        if any(getattr(line, name) != value for name, value in kept.items()):
            changed.append({"row_id": line.id} | {f"new_{k}": kept[k] for k in kept})
        if kept["title"] != line.title:
            titles.add(line.title)
    _change(writer, table, ("title", "variant", "details"), changed)
    items = tables.stock_items.c
    if titles:
        named = update(tables.stock_items).where(items.title.in_(titles))
        connection.execute(named.values(title=None))
    return len(changed)


def _change(
    writer: Writer,
    table: Table,
    names: Sequence[str],
    rows: list[dict[str, Any]],
) -> None:
    if rows:
        statement = (
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        writer.connection.execute(statement, rows)


def _money(writer: Writer, ids: list[int], people: dict[int, Person]) -> int:
    """Keep what finance finds a payment by, without what names the customer."""
    count = 0
    for table in (tables.payments, tables.refunds):
        names = ("reference", "provider", *(("means",) if "means" in table.c else ()))
        changed = []
        found = writer.connection.execute(
            select(table).where(table.c.order_id.in_(ids))
        )
        for row in found.all():
            person = people[row.order_id]
            kept = {n: personal.kept_text(getattr(row, n), person) for n in names}
            if any(getattr(row, name) != value for name, value in kept.items()):
                changed.append({"row_id": row.id} | {f"new_{k}": kept[k] for k in kept})
        _change(writer, table, names, changed)
        count += len(changed)
    c = tables.refunds.c
    reasons = update(tables.refunds).where(c.order_id.in_(ids), c.reason.is_not(None))
    count += writer.connection.execute(reasons.values(reason=None)).rowcount
    m = tables.stock_movements.c
    why = update(tables.stock_movements).where(
        m.order_id.in_(ids), m.reason.is_not(None)
    )
    writer.connection.execute(why.values(reason=None))
    return count


def _delete(writer: Writer, table: Table, ids: list[int]) -> int:
    c = table.c
    gone = list(writer.connection.scalars(select(c.id).where(c.order_id.in_(ids))))
    writer.delete_rows(table, gone)
    return len(gone)


def _forget_told(writer: Writer, ids: list[int], people: dict[int, Person]) -> None:
    """Of what files told last, keep what an erased order still has."""
    table = tables.import_values
    found = writer.connection.execute(select(table).where(table.c.order_id.in_(ids)))
    changed = []
    for row in found.all():
        told = json.loads(row.fields)
        kept = personal.kept_order(told, people[row.order_id])
        told = {k: v for k, v in (told | kept).items() if k not in _DIGESTS}
        told = {k: v for k, v in told.items() if v is not None}
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        changed.append({"row_id": row.order_id, "new_fields": text})
    if changed:
        statement = (
            update(table)
            .where(table.c.order_id == bindparam("row_id"))
            .values(fields=bindparam("new_fields"))
        )
        writer.connection.execute(statement, changed)


def bare_receipts(writer: Writer, numbers: Collection[str]) -> None:
    """Of what was once done to these orders, keep that it was done.

    The digest of an action's arguments (a note, a message) is signed: guessing the
    text proves nothing any more.
    """
    if not numbers:
        return
    c, connection = tables.receipts.c, writer.connection
    wanted = select(c.key, c.arguments_digest, c.result)
    if len(numbers) <= _FEW:  # else all are looked at, once
        forms = (f'"order": {json.dumps(n, ensure_ascii=False)}' for n in numbers)
        wanted = wanted.where(
            or_(*(c.result.contains(f, autoescape=True) for f in forms))
        )
    bared = []
    for key, digest, result in connection.execute(wanted).all():
        told = json.loads(result)
        if told["order"] in numbers and not told["result"].get("erased"):
            version = {k: v for k, v in told["result"].items() if k == "version"}
            told |= {"message": "", "result": version | {"erased": True}}
            signed = writer.sign("erased receipt", digest)
            kept = json.dumps(told, ensure_ascii=False)
            bared.append({"row_key": key, "signed": signed, "kept": kept})
    if bared:
        connection.execute(
            update(tables.receipts)
            .where(c.key == bindparam("row_key"))
            .values(arguments_digest=bindparam("signed"), result=bindparam("kept")),
            bared,
        )


def _remember(writer: Writer, kind: str, digests: list[str]) -> None:
    """Keep whom imports must not bring back."""
    table = tables.erasures
    for first in range(0, len(digests), _AT_ONCE):
        some = dict.fromkeys(digests[first : first + _AT_ONCE])
        again = table.c.digest.in_(list(some))
        writer.connection.execute(delete(table).where(again))
        writer.connection.execute(
            table.insert(),
            [{"digest": one, "kind": kind, "at": writer.now} for one in some],
        )


def _elsewhere(
    writer: Writer, done: Erased, wanted: Sequence[str], streets: Collection[str]
) -> None:
    """Take the customer out of what others wrote; their orders have entries too."""
    touched: set[int] = set()
    for column in _TEXTS if wanted else ():
        table = column.table
        (id_,) = table.primary_key.columns
        here = [*wanted, *streets] if column in _SENTENCES else wanted
        owner = table.c.order_id if "order_id" in table.c else id_
        rows = writer.connection.execute(
            select(id_, owner, column).where(_may_hold(column, here))
        ).all()
        for row_id, order_id, text in rows:
            kept: str | None = _redacted(text, here)
            if kept == text:
                continue
            if column.key in personal.ADDRESSES:
                kept = personal.kept_address(text)  # it is theirs: the street too
            if column.nullable and kept == personal.ERASED:
                kept = None
            writer.connection.execute(
                update(table).where(id_ == row_id).values({column.key: kept})
            )
            done.texts += 1
            if (owner is not id_ or table is tables.orders) and order_id is not None:
                touched.add(order_id)
    ids = sorted(touched - set(done.ids))
    c = tables.orders.c
    for first in range(0, len(ids), _AT_ONCE):
        some = c.id.in_(ids[first : first + _AT_ONCE])
        anew = update(tables.orders).where(some).values(version=c.version + 1)
        writer.connection.execute(anew)
    writer.record_many([(id_, "{}") for id_ in ids], "text_erased")


def _deliveries(writer: Writer, wanted: Sequence[str]) -> int:
    """Let go of webhooks that could not be done and that speak of the customer."""
    c = tables.deliveries.c
    # One that has just come is done in a moment, or tried.
    tried = or_(c.state == "failed", c.attempts > 0) & c.body.is_not(None)
    rows = writer.connection.execute(select(c.id, c.body).where(tried)).all()
    theirs = []
    for row in rows:
        # As people read it, whatever the platform escapes.
        text = _unescaped(row.body)
        if _redacted(text, wanted) != text:
            theirs.append(row.id)
    writer.connection.execute(
        update(tables.deliveries)
        .where(c.id.in_(theirs))
        .values(state="skipped", problem="erased", detail=None, body=None)
    )
    return len(theirs)


def _unescaped(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _may_hold(column: Column[Any], wanted: Sequence[str]) -> ColumnElement[bool]:
    """Rows worth reading: databases fold no accents, and group no digits."""
    found: list[ColumnElement[bool]] = []
    for text in wanted:
        if tail := personal.phone_tail(text):
            pairs = [tail[at : at + 2] for at in range(0, len(tail), 2)]
            found.append(column.like("%" + "%".join(pairs) + "%"))
            continue
        plain = re.findall(r"[A-Za-z0-9]+", text)
        longest = max(plain, key=len, default="")
        # Of a script without such letters: as it is written.
        part = longest if len(longest) > 1 else text
        found.append(column.icontains(part, autoescape=True))
    return or_(*found)


def _redacted(text: str, wanted: Sequence[str]) -> str:
    """A text without these; what was JSON stays JSON."""
    kept = personal.redacted(text, wanted)
    if _is_json(text) and not _is_json(kept):
        # A bare number that ends like a telephone number.
        names = [one for one in wanted if personal.phone_tail(one) is None]
        kept = personal.redacted(text, names)
    return kept


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def _views(writer: Writer, wanted: Sequence[str]) -> int:
    """Remove saved views that search for the customer or bear their name."""
    c, folded = tables.saved_views.c, [text.casefold() for text in wanted]
    gone = []
    for row in writer.connection.execute(select(c.id, c.name, c.query)):
        said = [row.name, *(value for _name, value in parse_qsl(row.query))]
        if any(text in one.casefold() for one in said for text in folded):
            gone.append(row.id)
    if gone:
        writer.connection.execute(delete(tables.saved_views).where(c.id.in_(gone)))
    return len(gone)
