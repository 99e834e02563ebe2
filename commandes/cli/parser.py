"""What can be typed: every command with its options."""

from __future__ import annotations

import argparse
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from commandes import rules
from commandes.access import Role
from commandes.errors import UsageError
from commandes.store import Head
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable


# No count, limit or seed of anybody is larger.
_MOST = 1_000_000_000


class _Parser(argparse.ArgumentParser):
    """Wrong usage becomes our error: one sentence, exit code 2."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (argparse's own)
        # An option is written in full: --js would not be known as --json by errors.
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        raise UsageError(detail=message)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("« {value} » n’est pas un jour AAAA-MM-JJ").format(value=text)
        ) from None


def _month(text: str) -> date:
    if not re.fullmatch("(?!0000|9999)[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise argparse.ArgumentTypeError(
            _("« {value} » n’est pas un mois AAAA-MM").format(value=text)
        )
    return date.fromisoformat(f"{text}-01")


def _head(text: str) -> Head:
    seq, _colon, digest = text.partition(":")
    if not _is_whole(seq) or len(digest) != 64:  # noqa: PLR2004 (a SHA-256 in hex)
        raise argparse.ArgumentTypeError(
            _("« {value} » n’est pas un numéro, deux-points, une empreinte").format(
                value=text
            )
        )
    return Head(int(seq), digest)


def _count(text: str) -> int:
    if not _is_whole(text) or int(text) < 1:
        raise argparse.ArgumentTypeError(
            _("« {value} » n’est pas un nombre entre 1 et {most}").format(
                value=text, most=_MOST
            )
        )
    return int(text)


def _seed(text: str) -> int:
    if not _is_whole(text):
        raise argparse.ArgumentTypeError(
            _("« {value} » n’est pas un nombre entre 0 et {most}").format(
                value=text, most=_MOST
            )
        )
    return int(text)


def _is_whole(text: str) -> bool:
    return text.isdecimal() and len(text) <= len(str(_MOST)) and int(text) <= _MOST


def _add_filters(parser: argparse.ArgumentParser, *, archived: str) -> None:
    group = parser.add_argument_group("filters")
    for name, choices in (
        ("status", rules.STATUSES),
        ("payment", (*rules.PAYMENT_STATUSES, "partly_refunded")),
        ("module", rules.MODULES),
    ):
        group.add_argument(
            f"--{name}",
            action="append",
            choices=choices,
            default=[],
            help="repeatable: any of the values",
        )
    group.add_argument("--tag", action="append", default=[], help="repeatable: any")
    group.add_argument("--from", dest="first", type=_day, help="first day, inclusive")
    group.add_argument("--to", dest="last", type=_day, help="last day, inclusive")
    group.add_argument(
        "--dated",
        choices=("placed", "paid", "refunded", "service"),
        default=None,
        help="the date that --from and --to are about",
    )
    group.add_argument(
        "--search", default="", help="number, name, e-mail, article, sku"
    )
    group.add_argument("--archived", choices=("yes", "no", "all"), default=archived)


def build() -> _Parser:
    """The whole parser; wrong usage raises UsageError."""
    parser = _Parser(
        prog="commandes",
        description="All the orders of a site in one place: serve, import, export.",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, parser_class=_Parser
    )

    def command(name: str, help: str) -> argparse.ArgumentParser:  # noqa: A002 (argparse's own word)
        added = commands.add_parser(name, help=help, description=help)
        added.add_argument("--json", action="store_true", help="print one JSON object")
        return added

    serve = command("serve", "serve the app on this machine")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument(
        "--sample", action="store_true", help="fill an empty store with sample orders"
    )
    sample = command("sample", "fill an empty store with sample orders")
    sample.add_argument("--orders", type=_count, default=2000)
    sample.add_argument("--seed", type=_seed, default=1)
    bring = command("import", "bring the orders of a file in")
    bring.add_argument("file", type=Path)
    bring.add_argument(
        "--format",
        default="auto",
        choices=("auto", "shopify", "woocommerce", "wix", "squarespace", "profile"),
    )
    bring.add_argument("--profile", help="a column profile: its name, or a TOML file")
    bring.add_argument("--dry-run", action="store_true", help="look, write nothing")
    bring.add_argument(
        "--moves-stock", action="store_true", help="new orders take from the stock"
    )
    imports = command("imports", "the imports so far; take one back")
    imports.add_argument("--withdraw", type=_count, metavar="IMPORT")
    listing = command("list", "the list of orders, as on screen")
    _add_filters(listing, archived="no")
    listing.add_argument("--sort", default="newest")
    listing.add_argument("--limit", type=_count, default=50)
    show = command("show", "one order with everything")
    show.add_argument("number")
    show.add_argument("--source")
    export = command("export", "the filtered orders as a file")
    _add_filters(export, archived="no")
    export.add_argument(
        "--format",
        default="csv",
        choices=("csv", "csv-fr", "xlsx", "parquet", "ndjson"),
    )
    export.add_argument("--lines", action="store_true", help="one row per line")
    export.add_argument("--sort", default="newest")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    documents = command("documents", "delivery notes or a pick list as PDF")
    documents.add_argument("what", choices=("notes", "picklist"))
    _add_filters(documents, archived="no")
    documents.add_argument("--sort", default="oldest")
    documents.add_argument(
        "--everything",
        action="store_true",
        help="tickets, reservations and subscriptions too (default: goods of the shop)",
    )
    documents.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    _add_figures(command)
    _add_personal(command)
    verify = command("verify", "check the rules I1 to I6")
    verify.add_argument("--head", type=_head, metavar="SEQ:DIGEST")
    mirror = command("mirror", "the mirror that answers every question")
    mirror.add_argument("what", choices=("status", "rebuild"))
    _add_people(command)
    _add_verbs(command)
    _add_backup(command)
    for added in (sample, bring, imports):
        added.add_argument("--actor", default=None, help="who does it")
    return parser


def _add_backup(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """A backup; the way back is `restore`, which also undoes a cancellation."""
    backup = command("backup", "a checked copy of the whole store in one file")
    backup.add_argument("file", type=Path)
    backup.add_argument(
        "--with-key",
        action="store_true",
        help="put the key of the journal's digests into it as well",
    )
    _add_no_verify(backup)
    move = command("move", "the whole store into an empty database of either kind")
    move.add_argument(
        "--to",
        required=True,
        metavar="URL",
        help="as COMMANDES_DATABASE_URL has it; a password stands better in ~/.pgpass",
    )
    move.add_argument("--actor", help="who does it; default: the user of the machine")


def _add_no_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-verify",
        dest="verify",
        action="store_false",
        help="do not check I1 to I5 on the copy",
    )


def _add_figures(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The series of figures, and the sweep that the carts among them need."""
    report = command("report", "a series of figures, or a month as a file")
    report.add_argument(
        "report",
        choices=("sales", "refunds", "carts", "products", "transactions", "month"),
    )
    report.add_argument("--by", choices=("day", "week", "month"), default="month")
    report.add_argument(
        "--of",
        choices=("module", "means", "country", "channel", "promo"),
        help="sales: by a trait of the orders instead of over time",
    )
    report.add_argument(
        "--refunds-by",
        choices=("mark", "sale", "done"),
        default="mark",
        help="sales, transactions: the date at which a refund counts",
    )
    report.add_argument(
        "--delay",
        type=_count,
        metavar="MINUTES",
        help="carts: without payment for so long is abandoned (default: the setting)",
    )
    report.add_argument(
        "--month",
        type=_month,
        metavar="YYYY-MM",
        help="month: which one (default: the last one)",
    )
    report.add_argument(
        "--format",
        choices=("html", "pdf", "csv", "csv-fr"),
        help="of the file; month: html (default) or pdf, transactions: csv (default)",
    )
    report.add_argument(
        *("-o", "--output"),
        type=Path,
        metavar="FILE",
        help="month, transactions: the file to write",
    )
    _add_filters(report, archived="all")
    sweep = command("sweep", "mark the carts left without payment as abandoned")
    sweep.add_argument("--dry-run", action="store_true", help="look, write nothing")
    _add_who(sweep)


def _add_personal(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """One customer's data, and how long any is kept."""
    customer = command("customer", "one customer's personal data: export, erase")
    customer.add_argument("what", choices=("export", "erase"))
    customer.add_argument("email", nargs="?", default="")
    customer.add_argument("-o", "--output", type=Path, metavar="FILE")
    customer.add_argument(
        "--format", choices=("html", "json"), help="export: default by the file's name"
    )
    customer.add_argument(
        "--order", metavar="NUMBER", help="erase: an order that has no e-mail"
    )
    customer.add_argument("--source", help="where two sources share the number")
    customer.add_argument(
        "--dry-run", action="store_true", help="erase: look, change nothing"
    )
    _add_who(customer)
    retain = command("retain", "let go what is older than the settings say")
    retain.add_argument("--dry-run", action="store_true", help="look, change nothing")
    retain.add_argument("--actor", help="who does it; default: the user of the machine")


def _add_people(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Who may log in, and as what; the first administrator is invited here."""
    people = command("people", "who may log in: list, invite, role, deactivate …")
    people.add_argument(
        "what",
        nargs="?",
        default="list",
        choices=("list", "invite", "role", "deactivate", "reactivate"),
    )
    people.add_argument("email", nargs="?", help="of whom it is about")
    people.add_argument("new_role", nargs="?", metavar="role", help="role: the new one")
    people.add_argument(
        "--role", choices=[role.value for role in Role], help="what they may do"
    )
    people.add_argument("--name", default="", help="invite: shown until they log in")
    _add_who(people)


def _add_verbs(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The actions on orders: each takes the number, and who asks for it."""

    def verb(
        name: str,
        help: str,  # noqa: A002 (argparse's own word)
        number: str | None = None,
    ) -> argparse.ArgumentParser:
        added = command(name, help)
        added.add_argument(
            "number", nargs=number, help="as the source writes it, # included"
        )
        added.add_argument("--source", help="where two sources share the number")
        _add_who(added)
        return added

    verb("tag", "put a tag on an order; a new one is created").add_argument("name")
    verb("untag", "take a tag off an order").add_argument("name")
    track = verb("track", "a parcel and its link; or many from a file", "?")
    track.add_argument("--carrier")
    track.add_argument("--number", dest="tracking_number", metavar="N")
    track.add_argument("--url", help="https only; built from the carrier otherwise")
    track.add_argument("--file", type=Path, help="CSV: order, carrier, number")
    track.add_argument("--no-message", action="store_true", help="do not tell")
    track.add_argument("--done", action="store_true", help="the order is done as well")
    track.add_argument("--replaces", metavar="N", help="the number that was wrong")
    track.add_argument("--remove", metavar="N", help="take a number off")
    track.add_argument("--dry-run", action="store_true", help="with --file: look only")
    status = verb("status", "set an order new, in progress or done")
    status.add_argument("status", choices=("new", "in_progress", "done"))
    verb("archive", "take an order out of the active list")
    verb("unarchive", "bring it back into the active list")
    verb("note", "leave a note on an order").add_argument("text")
    pay = verb("pay", "note a payment; without amount, all that is left")
    pay.add_argument("--amount", metavar="A")
    pay.add_argument("--on", type=_day, metavar="DAY", help="the day it was paid")
    pay.add_argument("--means", default="", metavar="TEXT")
    pay.add_argument("--reference", default="", metavar="R")
    cancel = verb("cancel", "cancel an order; what it holds comes back to stock")
    cancel.add_argument("--no-restock", action="store_true")
    restore = verb(
        "restore", "undo a cancellation; or, with a file, put a backup in place"
    )
    restore.add_argument(
        "--replace",
        action="store_true",
        help="of a file: even if the store holds orders; it is kept beside",
    )
    _add_no_verify(restore)
    refund = verb("refund", "the refund mark; without --line, all that is left")
    refund.add_argument("--line", action="append", default=[], metavar="SKU=QUANTITY")
    refund.add_argument(
        "--amount", metavar="A", help="alone and smaller than what is left: money only"
    )
    refund.add_argument("--no-restock", action="store_true")
    refund.add_argument("--reason", default="", metavar="TEXT")
    verb("unrefund", "take the mark back while the real refund is to do")
    message = verb("message", "write to the customer")
    message.add_argument("--subject", required=True, metavar="S")
    message.add_argument("--body", required=True, metavar="B")
    stock = command("stock", "level and movements; `stock import FILE`: opening levels")
    stock.add_argument("sku", nargs="?")
    stock.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="CSV: sku, quantity, and service_at for what has a date",
    )
    _add_who(stock)


def _add_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", help="idempotency key: the same one acts once")
    parser.add_argument("--actor", help="who does it; default: the user of the machine")
