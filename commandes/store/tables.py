"""The tables of the store, as SQLAlchemy Core knows them.

Money is an integer in the currency's minor unit. An instant is an integer of
microseconds since 1970 in UTC (`Instant` turns it into an aware datetime and back).
JSON is text, so that both databases and the mirror read it alike.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC of an aware instant."""
    return (at - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The aware instant (UTC) that lies so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> int | None:
        """Refuse a naive datetime: it names no instant."""
        del dialect
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401 (a driver's value)
        """Give back an aware datetime in UTC."""
        del dialect
        return None if value is None else from_micros(value)


class SafeText(TypeDecorator[str]):
    """A text as both databases can hold it: without NUL and halves of characters."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Leave out what PostgreSQL, or UTF-8, cannot write."""
        del dialect
        return None if value is None else writable(value)


_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def writable(text: str) -> str:
    """The text without what PostgreSQL, or UTF-8, cannot hold."""
    return _UNWRITABLE.sub("", text)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives a row id to INTEGER only; PostgreSQL needs BIGINT for ten million lines.
Id = BigInteger().with_variant(Integer, "sqlite")
Money = BigInteger


def _id() -> Column[int]:
    # Given under the write lock (Writer.ids): both databases number alike.
    return Column("id", Id, primary_key=True, autoincrement=False)


def _order(*, index: bool = True) -> Column[int]:
    return Column("order_id", Id, ForeignKey("orders.id"), nullable=False, index=index)


store_info = Table(
    "store_info",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", SafeText, nullable=False),
    comment="One row per fact of this store: store_id, sample",
)

imports = Table(
    "imports",
    metadata,
    _id(),
    Column("file_name", SafeText, nullable=False),
    Column("file_digest", String(64), nullable=False),
    Column("format", String, nullable=False),
    Column("profile", SafeText, nullable=False),
    Column("source", String, nullable=False),
    Column("state", String, nullable=False),  # running, done, withdrawn
    Column("moves_stock", Boolean, nullable=False),
    Column("actor", SafeText, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("rows_read", Integer, nullable=False),
    Column("rows_imported", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    Column("orders_new", Integer, nullable=False),
    Column("orders_updated", Integer, nullable=False),
    Column("orders_unchanged", Integer, nullable=False),
    Column("batches_done", Integer, nullable=False),
    Column("batches_total", Integer, nullable=False),
    Column("totals", SafeText, nullable=False),  # JSON {currency: minor units}
)

orders = Table(
    "orders",
    metadata,
    _id(),
    Column("source", String, nullable=False),
    Column("source_id", SafeText, nullable=False),
    Column("number", SafeText, nullable=False, index=True),
    Column("module", String, nullable=False),
    Column("status", String, nullable=False),
    Column("payment_status", String, nullable=False),
    Column("payment_pending", Boolean, nullable=False),
    Column("is_cart", Boolean, nullable=False),
    Column("cart_id", SafeText),
    Column("channel", SafeText),
    Column("currency", String(3), nullable=False),
    Column("subtotal", Money, nullable=False),
    Column("discount", Money, nullable=False),
    Column("discount_codes", SafeText),
    Column("shipping", Money, nullable=False),
    Column("fees", Money, nullable=False),
    Column("tip", Money, nullable=False),
    Column("tax", Money),  # empty: the source does not say
    Column("tax_included", Boolean, nullable=False),
    Column("total", Money, nullable=False),
    Column("gift_card", Money, nullable=False),
    Column("customer_name", SafeText),
    Column("email", SafeText),
    Column("phone", SafeText),
    Column("marketing_consent", Boolean),
    Column("billing_address", SafeText),  # JSON, see ADDRESS_FIELDS
    Column("shipping_address", SafeText),  # JSON, see ADDRESS_FIELDS
    Column("ip_address", SafeText),
    Column("user_agent", SafeText),
    Column("placed_at", Instant, nullable=False),
    Column("begun_at", Instant),
    Column("abandoned_at", Instant),
    Column("cancelled_at", Instant),
    Column("archived_at", Instant),
    Column("erased_at", Instant),  # when its customer's personal data went
    Column("cart_url", SafeText),  # https: the source's own link back to the cart
    Column("import_id", Id, ForeignKey("imports.id")),
    Column("version", Integer, nullable=False),
    UniqueConstraint("source", "source_id"),
)
# Whether somebody bought before is asked for each reminder.
Index("ix_orders_email_key", func.lower(orders.c.email))

ADDRESS_FIELDS = (
    "name",
    "company",
    "line1",
    "line2",
    "city",
    "zip",
    "province",
    "country",
    "phone",
)

order_lines = Table(
    "order_lines",
    metadata,
    _id(),
    _order(),
    Column("position", Integer, nullable=False),
    Column("sku", SafeText),
    Column("title", SafeText, nullable=False),
    Column("variant", SafeText),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", Money, nullable=False),
    Column("discount", Money, nullable=False),
    Column("tax_rate", Integer),  # hundredths of a per cent: 2000 is 20 %
    Column("tax", Money),
    Column("total", Money, nullable=False),
    Column("refunded_quantity", Integer, nullable=False),
    Column("cancelled_quantity", Integer, nullable=False),
    Column("restocked_quantity", Integer, nullable=False),
    # Units that the source itself had refunded or cancelled: never put back here.
    Column("source_returned_quantity", Integer, nullable=False),
    Column("service_at", Instant),
    Column("details", SafeText),  # JSON of the module's own facts
)

payments = Table(
    "payments",
    metadata,
    _id(),
    _order(),
    Column("at", Instant, nullable=False),
    # False: the source says paid without a date, the order's date stands in.
    Column("at_given", Boolean, nullable=False),
    Column("amount", Money, nullable=False),
    Column("means", SafeText),
    Column("provider", SafeText),
    Column("reference", SafeText),
    Column("kind", String, nullable=False),  # full deposit balance instalment renewal
    Column("origin", String, nullable=False),  # here, platform
    Column("voided_at", Instant),
)

refunds = Table(
    "refunds",
    metadata,
    _id(),
    _order(),
    Column("amount", Money, nullable=False),
    Column("shipping_amount", Money, nullable=False),
    Column("reason", SafeText),
    Column("restock", Boolean),
    Column("origin", String, nullable=False),  # here, platform
    Column("marked_at", Instant),  # empty when a file gives no date
    Column("state", String, nullable=False),  # to_do, done
    Column("done_at", Instant),
    Column("done_amount", Money),
    Column("provider", SafeText),
    Column("reference", SafeText),
    Column("voided_at", Instant),
)

refund_lines = Table(
    "refund_lines",
    metadata,
    _id(),
    Column("refund_id", Id, ForeignKey("refunds.id"), nullable=False, index=True),
    Column("line_id", Id, ForeignKey("order_lines.id"), nullable=False, index=True),
    Column("quantity", Integer, nullable=False),
    Column("amount", Money, nullable=False),
    Column("restocked_quantity", Integer, nullable=False),
)

stock_items = Table(
    "stock_items",
    metadata,
    _id(),
    Column("sku", SafeText, nullable=False),
    Column("service_at", Instant),  # an event date, a service or a slot
    Column("title", SafeText),
    Column("on_hand", Integer, nullable=False),
    Column("alert_level", Integer),
)
# Two empty dates would be two different ones to a plain unique constraint.
Index(
    "uq_stock_items_sku_service_at",
    stock_items.c.sku,
    func.coalesce(stock_items.c.service_at, text("0")),
    unique=True,
)

stock_movements = Table(
    "stock_movements",
    metadata,
    _id(),
    Column(
        "stock_item_id", Id, ForeignKey("stock_items.id"), nullable=False, index=True
    ),
    Column("order_id", Id, ForeignKey("orders.id"), index=True),
    Column("line_id", Id, nullable=False, server_default="0"),
    Column("at", Instant, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("cause_kind", String, nullable=False),
    Column("cause_id", SafeText, nullable=False),
    Column("actor", SafeText, nullable=False),
    Column("reason", SafeText),
    UniqueConstraint("cause_kind", "cause_id", "line_id"),
)

tags = Table(
    "tags",
    metadata,
    _id(),
    Column("name", SafeText, nullable=False),
    Column("name_key", SafeText, nullable=False, unique=True),  # rules.fold(name)
    Column("color", String, nullable=False),  # a name of rules.TAG_COLORS
)

order_tags = Table(
    "order_tags",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True),
    Column("tag_id", Id, ForeignKey("tags.id"), primary_key=True, index=True),
    Column("at", Instant, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    _id(),
    _order(),
    Column("at", Instant, nullable=False),
    Column("author", SafeText, nullable=False),  # a person, or "client"
    Column("text", SafeText, nullable=False),
)

shipments = Table(
    "shipments",
    metadata,
    _id(),
    _order(),
    Column("carrier", SafeText),
    Column("number", SafeText, nullable=False),
    Column("url", SafeText),
    Column("origin", String, nullable=False),  # here, platform
    Column("at", Instant),
    Column("removed_at", Instant),
)

carriers = Table(
    "carriers",
    metadata,
    _id(),
    Column("name", SafeText, nullable=False),
    Column("name_key", SafeText, nullable=False, unique=True),  # rules.fold(name)
    Column("url", SafeText, nullable=False),  # https, {n} is the number, URL-encoded
)

messages = Table(
    "messages",
    metadata,
    _id(),
    _order(),
    Column("direction", String, nullable=False),  # out, in
    Column("sender", SafeText),  # of what came in
    Column("recipient", SafeText),
    Column("subject", SafeText, nullable=False),
    Column("body", SafeText, nullable=False),
    # queued sending sent failed uncertain withdrawn, or received
    Column("state", String, nullable=False, index=True),
    Column("message_id", SafeText, unique=True),
    Column("in_reply_to", SafeText),
    Column("error", SafeText),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("actor", SafeText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state_at", Instant, nullable=False),
    Column("read_at", Instant),
    # Of what the customer did not ask for: where one click ends it (RFC 8058).
    Column("unsubscribe_url", SafeText),
)

# Who wants no reminder: a keyed digest of the e-mail, which names nobody.
objections = Table(
    "objections",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)

message_templates = Table(
    "message_templates",
    metadata,
    _id(),
    Column("name", SafeText, nullable=False, unique=True),
    Column("language", String, nullable=False),
    Column("subject", SafeText, nullable=False),
    Column("body", SafeText, nullable=False),
)

saved_views = Table(
    "saved_views",
    metadata,
    _id(),
    Column("name", SafeText, nullable=False),
    Column("name_key", SafeText, nullable=False, unique=True),  # rules.fold(name)
    Column("query", SafeText, nullable=False),  # the URL's query string, in codes
    Column("owner", SafeText, nullable=False),
    Column("created_at", Instant, nullable=False),
)

notebooks = Table(
    "notebooks",
    metadata,
    _id(),
    Column("name", SafeText, nullable=False),
    Column("cells", SafeText, nullable=False),  # JSON: actions/notebooks.py says what
    Column("shared", Boolean, nullable=False),
    Column("owner", SafeText, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

column_profiles = Table(
    "column_profiles",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),
    Column("toml", SafeText, nullable=False),
    Column("owner", SafeText, nullable=False),
    Column("created_at", Instant, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("order_id", Id, index=True),
    Column("at", Instant, nullable=False),
    Column("actor", SafeText, nullable=False),
    Column("kind", String, nullable=False),
    Column("payload", SafeText, nullable=False),  # JSON without personal data
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("count", Id, nullable=False),
    Column("digest", String(64), nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("key", SafeText, primary_key=True),
    Column("action", String, nullable=False),
    Column("arguments_digest", String(64), nullable=False),
    Column("result", SafeText, nullable=False),  # JSON
    Column("at", Instant, nullable=False),
)

import_rows = Table(
    "import_rows",
    metadata,
    _id(),
    Column("import_id", Id, ForeignKey("imports.id"), nullable=False, index=True),
    Column("row", Integer, nullable=False),
    Column("reason", SafeText, nullable=False),
)

import_values = Table(
    "import_values",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True),
    Column("import_id", Id, ForeignKey("imports.id"), nullable=False),
    Column("fields", SafeText, nullable=False),  # JSON: the last imported value of each
)

# What platforms told the server: verified, kept as it came, then answered. The body
# goes once it has been read (it holds personal data); its digest stays.
deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("endpoint", String, nullable=False),  # a code of intake.webhooks.ENDPOINTS
    Column("delivery", SafeText, nullable=False),  # the platform's own id of it
    Column("topic", SafeText, nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
    Column("state", String, nullable=False),  # waiting, done, skipped, failed
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant),  # when it is tried; None: never again by itself
    Column("problem", SafeText),  # the class of the error, or a code of SKIPPED
    Column("detail", SafeText),  # what is wrong in words; of no person
    Column("subject", SafeText),  # what it is about, by the platform's id
    Column("told_at", Instant),  # when it was so on the platform
    Column("order_id", Id),  # no key: an import that is withdrawn takes orders away
    Column("done_at", Instant),
    Column("digest", String(64), nullable=False),
    Column("body", SafeText),
    UniqueConstraint("endpoint", "delivery"),
    Index("ix_deliveries_next", "state", "next_at"),
    Index("ix_deliveries_subject", "endpoint", "subject"),
)

# Whom imports must not bring back: a keyed digest of an e-mail, or of an order's
# identity (source and source id), which names nobody.
erasures = Table(
    "erasures",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String, nullable=False),  # email, order
    Column("at", Instant, nullable=False),
)

# Who looked at customers' data, or took it away: no data of theirs.
readings = Table(
    "readings",
    metadata,
    _id(),
    Column("at", Instant, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("kind", String, nullable=False),  # a code of actions.readings.KINDS
    Column("orders", Integer, nullable=False),
    Column("order_id", Id),  # of what was opened alone
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("issuer", SafeText),
    Column("subject", SafeText),
    Column("email", SafeText, nullable=False, unique=True),
    Column("name", SafeText),
    Column("role", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("invited_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
    # What somebody logged in with before this instant is worth nothing any more.
    Column("sessions_valid_from", Instant),
    UniqueConstraint("issuer", "subject"),
)

login_sessions = Table(
    "login_sessions",
    metadata,
    Column("id", String(64), primary_key=True),  # a digest of what the login gave
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
