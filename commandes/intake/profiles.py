"""Column profiles: small TOML files that say which column of a file is what.

Every format that Commandes knows is one of them (`profiles/*.toml`); people write
more by hand or with the mapping screen. docs/column-profiles.md explains each key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from commandes import rules
from commandes.intake.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIELDS", "Defaults", "Items", "Profile", "builtin", "dump", "load"]

BUILTIN = Path(__file__).parent / "profiles"
FORMATS = ("shopify", "woocommerce", "wix", "squarespace", "profile")
ROWS = ("lines", "first_row", "orders")
SUBTOTALS = ("auto", "before_discount", "after_discount")
DECIMALS = ("auto", ".", ",")
PAYMENTS = (
    "paid",
    "unpaid",
    "pending",
    "refunded",
    "partially_refunded",
    "partially_paid",
    "abandoned",
    "cart",
)
STATUSES = (*rules.STATUSES, "cart")
ITEM_KEYS = (
    "title",
    "variant",
    "sku",
    "quantity",
    "unit_price",
    "line_subtotal",
    "line_discount",
    "line_total",
    "line_tax",
    "refunded_quantity",
)
OTHERS = "*"  # in a table of values: every value that the table does not name
UNIX = ("unix", "unix_ms")


@dataclass(frozen=True)
class Defaults:
    """What stands in where neither the file nor its profile says: the settings'."""

    currency: str
    timezone: str


@dataclass(frozen=True)
class Items:
    """Several articles on one row.

    Attributes:
        columns: one column per article and key: "Product Item {n} {key}".
        cells: one column per article: "line_item_{n}", cells "key:value|key:value".
        list: one column for all: cells "2× Lampe, 1× Stylo".
        keys: for columns and cells, the names that each line field may have.
    """

    columns: str = ""
    cells: str = ""
    list: str = ""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    """What the columns of a file mean.

    Attributes:
        name: how people and --profile call it.
        source: where its orders come from; with the order's id it names an order.
        format: the --format that it belongs to.
        module: the module of orders whose file names none.
        currency: the currency where the file gives none; empty: the setting's.
        timezone: the zone of dates without offset; empty: the setting's.
        decimal: the decimal sign, where a number alone does not tell.
        dates: strptime formats, tried in turn before ISO 8601; or unix, unix_ms.
        rows: `lines` (a row is a line, order fields repeated), `first_row` (a row is
            a line, order fields on the first one only), `orders` (a row is an order).
        number_once: the order number too stands on the first row only.
        subtotal: whether the file's subtotal is before the discount.
        tax_included: whether prices contain the tax; None: what adds up.
        credit_notes: numbers that begin so are credit notes, and rejected.
        tag_separator: what stands between two tags.
        headers: the headers by which a file is recognised; empty: never by itself.
        columns: field code → the headers it may have, the first one found counts.
        status: value → status, or `cart`; "" an empty cell, "*" any other value.
        payment: value → payment; the same.
        modules: value → module; the same.
        items: how several articles stand on one row; None: they do not.
        adds_only: whether a file of this kind tells less than another one of the same
            source: it adds orders, and leaves those that are known as they are.
    """

    name: str
    source: str
    columns: Mapping[str, tuple[str, ...]]
    label: str = ""
    format: str = "profile"
    module: str = "store"
    currency: str = ""
    timezone: str = ""
    decimal: str = "auto"
    dates: tuple[str, ...] = ()
    rows: str = "lines"
    number_once: bool = False
    subtotal: str = "auto"
    tax_included: bool | None = None
    credit_notes: str = ""
    tag_separator: str = ","
    headers: tuple[str, ...] = ()
    status: Mapping[str, str] = field(default_factory=dict)
    payment: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    items: Items | None = None
    adds_only: bool = False


@cache
def builtin() -> dict[str, Profile]:
    """The profiles that come with Commandes, by name, in the order of their names."""
    return {
        path.stem: load(path.read_text(encoding="utf-8"), path.stem)
        for path in sorted(BUILTIN.glob("*.toml"))
    }


def load(text: str, name: str) -> Profile:
    """The profile that a TOML text describes.

    Raises:
        ProfileInvalid: the text is not TOML, or says what no profile may say.
    """
    from commandes.intake import profile_toml

    return profile_toml.load(text, name)


def dump(profile: Profile) -> str:
    """The profile as TOML; `load` gives the same profile back."""
    from commandes.intake import profile_toml

    return profile_toml.dump(profile)
