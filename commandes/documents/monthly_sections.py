"""The sections of the monthly report: one question of one currency each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from commandes import words
from commandes.documents.monthly import Bar, Column, Days, Row, Section, Table
from commandes.reports import articles as articles_report
from commandes.reports import bridge as bridge_report
from commandes.reports.breakdown import breakdown
from commandes.reports.customers import customers as customers_report
from commandes.reports.sales import sales
from commandes.words import MODULE_WORDS, N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from commandes.mirror import Snapshot
    from commandes.reports.carts import Figures as CartFigures
    from commandes.reports.filters import OrderFilter

_PARTS = {
    "module": N_("Quel module vend ?"),
    "means": N_("Comment mes clients paient-ils ?"),
    "country": N_("D’où viennent mes commandes ?"),
}
_SHOWN = 12
_ARTICLES = 15
_OLDEST = 20


def days(
    snap: Snapshot, wanted: OrderFilter, currency: str, today: date
) -> Section | None:
    """Sales day by day: all days in the chart, those with any money in the table."""
    found = _of(sales(snap, wanted, "day", today=today), currency).sort("period")
    if found.is_empty():
        return None
    rows = found.rows(named=True)
    moved = [row for row in rows if row["orders"] or row["gross"] or row["refunds"]]
    best = max(rows, key=lambda row: row["net"])
    sentence = _("Le plus haut : {net} net, le {day}.").format(
        net=words.money(best["net"], currency), day=words.day(best["period"])
    )
    table = Table(
        _money_columns(_("Jour")),
        (
            *(
                Row(_money_cells(words.day(row["period"]), row, currency))
                for row in moved
            ),
            Row(
                _money_cells(_("Total"), _summed(moved), currency),
                strong=True,
            ),
        ),
    )
    question = _("Combien ai-je vendu par jour ?")
    return Section(
        "sales", question, sentence, table, _chart(question, sentence, rows, currency)
    )


def _chart(
    title: str, said: str, rows: list[dict[str, Any]], currency: str
) -> Days | None:
    """Bars of each day; None where no money moved."""
    made = Days(
        _("{question} Graphique en {currency}").format(
            question=title, currency=currency
        ),
        said,
        tuple(row["period"] for row in rows),
        tuple(_bars_of_day(row, currency) for row in rows),
        (("sum", _("Encaissé")), ("less", _("Remboursé"))),
        words.money(max(row["gross"] for row in rows), currency),
    )
    return made if made.ends else None


def _bars_of_day(row: dict[str, Any], currency: str) -> tuple[Bar, ...]:
    said = _("{day} : encaissé {gross}, remboursé {refunds}").format(
        day=words.day(row["period"]),
        gross=words.money(row["gross"], currency),
        refunds=words.money(row["refunds"], currency),
    )
    bars = Bar(0, row["gross"], said), Bar(0, -row["refunds"], said, "less")
    return tuple(bar for bar in bars if bar.end)


def bridge(
    snap: Snapshot, wanted: OrderFilter, currency: str, today: date
) -> Section | None:
    """From the articles to the net, step by step."""
    found = _of(bridge_report.bridge(snap, wanted, today=today), currency)
    if found.is_empty():
        return None
    amounts = found.row(0, named=True)
    rows, reached = [], 0
    for code, sign, is_sum in bridge_report.STEPS:
        amount = sign * amounts[code]
        said = words.money(amount, currency)
        name = _(bridge_report.STEP_WORDS[code])
        if is_sum:
            reached = amount
            rows.append(Row((name, said), Bar(0, amount, said), strong=True))
        elif amount:
            kind = "more" if amount > 0 else "less"
            bar = Bar(reached, reached + amount, said, kind)
            rows.append(Row((name, said), bar))
            reached += amount
    return Section(
        "bridge",
        _("Comment passe-t-on des articles aux ventes nettes ?"),
        _("Vendu {sold}, encaissé {cashed}, net {net}.").format(
            **{
                name: words.money(amounts[name], currency)
                for name in ("sold", "cashed", "net")
            }
        ),
        Table((Column(_("Étape"), 40), _right(_("Montant"), 25)), tuple(rows)),
    )


def part(of: str) -> Callable[..., Section | None]:
    """The section of the sales by a trait of the orders."""

    def section(
        snap: Snapshot, wanted: OrderFilter, currency: str, today: date
    ) -> Section | None:
        found = _of(breakdown(snap, wanted, of, today=today), currency)
        if found.is_empty():
            return None
        rows = found.rows(named=True)
        shown, rest = rows[:_SHOWN], rows[_SHOWN:]
        total = _summed(rows)

        def row(name: str, of_it: dict[str, Any]) -> Row:
            net = of_it["net"]
            said = words.per_cent(net / total["net"]) if total["net"] > 0 else name
            bar = Bar(0, net, said, "sum" if net >= 0 else "less")
            return Row(_money_cells(name, of_it, currency), bar)

        made = [row(_key(of, one["key"]), one) for one in shown]
        if rest:
            said = plural("{n} autre", "{n} autres", len(rest))
            made.append(row(said, _summed(rest)))
        made.append(Row(_money_cells(_("Total"), total, currency), strong=True))
        return Section(
            of,
            _(_PARTS[of]),
            _("En tête : {name}, {net} net.").format(
                name=_key(of, rows[0]["key"]), net=words.money(rows[0]["net"], currency)
            ),
            Table(_money_columns(_("Valeur"), bars=True), tuple(made)),
        )

    return section


def _key(of: str, key: str | None) -> str:
    if key is None:
        return _("non fourni par la source")
    return _(MODULE_WORDS[key]) if of == "module" and key in MODULE_WORDS else key


def articles(
    snap: Snapshot, wanted: OrderFilter, currency: str, today: date
) -> Section | None:
    """The articles that brought most."""
    one = replace(wanted, currency=currency)
    found = articles_report.articles(snap, one, limit=_ARTICLES, today=today)
    rows = _of(found, currency).rows(named=True)
    if not rows:
        return None
    return Section(
        "articles",
        _("Quels articles se vendent le mieux ?"),
        _("En tête : {name}, {total}.").format(
            name=rows[0]["title"], total=words.money(rows[0]["total"], currency)
        ),
        Table(
            (
                Column(_("Article"), 32),
                Column(_("Référence"), 16),
                _right(_("Unités"), 11),
                _right(_("Remboursées"), 13),
                _right(_("Total"), 16),
            ),
            tuple(_article(row, currency) for row in rows),
        ),
    )


def _article(row: dict[str, Any], currency: str) -> Row:
    said = words.money(row["total"], currency)
    cells = (
        row["title"],
        row["sku"] or "–",
        words.number(row["quantity"]),
        words.number(row["refunded_quantity"]),
        said,
    )
    return Row(cells, Bar(0, row["total"], said))


def vat(
    snap: Snapshot, wanted: OrderFilter, currency: str, today: date
) -> Section | None:
    """The tax in the net sales, rate by rate; what has no rate is said to have none."""
    found = _of(bridge_report.vat(snap, wanted, today=today), currency)
    rows = found.rows(named=True)
    if not rows:
        return None
    return Section(
        "vat",
        _("Combien de TVA, taux par taux ?"),
        bridge_report.vat_says(found, currency),
        Table(
            (
                Column(_("Taux"), 31),
                _right(_("Base hors taxes"), 23),
                _right(_("TVA"), 23),
                _right(_("Total TTC"), 23),
            ),
            tuple(
                Row(
                    (
                        _rate(row["tax_rate"]),
                        words.money(row["base"], currency),
                        words.money(row["tax"], currency),
                        words.money(row["total"], currency),
                    )
                )
                for row in rows
            ),
        ),
    )


def _rate(hundredths: int | None) -> str:
    if hundredths is None:
        return _("non fourni par la source")
    return words.per_cent(hundredths / 10_000, digits=2)


def customers(
    snap: Snapshot, wanted: OrderFilter, currency: str, today: date
) -> Section | None:
    """New and returning customers."""
    found = _of(customers_report(snap, wanted, "month", today=today), currency)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    names = {
        "new": _("Nouveaux clients"),
        "returning": _("Clients revenus"),
        "unknown": _("Sans e-mail"),
    }
    known = row["new_orders"] + row["returning_orders"]
    share = row["returning_orders"] / known if known else 0
    return Section(
        "customers",
        _("Mes clients reviennent-ils ?"),
        _("{share} des commandes sont de clients déjà venus.").format(
            share=words.per_cent(share, digits=0)
        ),
        Table(
            (
                Column(_("Clients"), 30),
                _right(_("Commandes"), 20),
                _right(_("Encaissé"), 25),
            ),
            tuple(
                Row(
                    (
                        name,
                        words.number(row[f"{code}_orders"]),
                        words.money(row[f"{code}_gross"], currency),
                    ),
                    Bar(0, row[f"{code}_gross"], name),
                )
                for code, name in names.items()
            ),
        ),
    )


SECTIONS = (
    days,
    bridge,
    *(part(of) for of in _PARTS),
    articles,
    vat,
    customers,
)


def refunds_left(rows: list[dict[str, Any]], currency: str) -> Section | None:
    """The marks whose money was still to be given back, the oldest first.

    Args:
        rows: of one currency, as reports.refunds gives them.
    """
    if not rows:
        return None
    total = sum(row["amount"] for row in rows)
    made = [
        Row(
            (
                row["number"],
                words.day(row["day"]),
                words.money(row["amount"], currency),
            )
        )
        for row in rows[:_OLDEST]
    ]
    if rest := rows[_OLDEST:]:
        left = words.money(sum(row["amount"] for row in rest), currency)
        made.append(Row((plural("{n} autre", "{n} autres", len(rest)), "", left)))
    made.append(Row((_("Total"), "", words.money(total, currency)), strong=True))
    return Section(
        "refunds_left",
        _("Quels remboursements restaient à faire à la fin ?"),
        _("À rendre : {amount}.").format(amount=words.money(total, currency)),
        Table(
            (
                Column(_("Commande"), 40),
                Column(_("Marqué le"), 30),
                _right(_("Montant"), 30),
            ),
            tuple(made),
        ),
    )


def carts(one: CartFigures, back: tuple[int, int], *, rated: bool) -> Section:
    """What became of the carts begun in the month.

    Args:
        back: how many were paid after a reminder, and their value.
        rated: whether a source tells which paid orders were carts.
    """
    counts: list[tuple[str, int, int | None]] = [
        (_("Paniers commencés"), one.begun, None),
        (_("Paniers abandonnés"), one.abandoned, one.abandoned_value),
        (_("Récupérés"), one.recovered, one.recovered_value),
        (
            _("Récupérés ailleurs"),
            one.recovered_elsewhere,
            one.recovered_elsewhere_value,
        ),
        (_("Ramenés par relance"), *back),
    ]
    sentence = plural("{n} panier abandonné", "{n} paniers abandonnés", one.abandoned)
    if rated and one.rate is not None:
        sentence = _("{carts}, soit un taux d’abandon de {rate}.").format(
            carts=sentence, rate=words.per_cent(one.rate)
        )
    return Section(
        "carts",
        _("Combien de paniers sont abandonnés, et combien reviennent ?"),
        sentence,
        Table(
            (
                Column(_("Paniers"), 40),
                _right(_("Nombre"), 30),
                _right(_("Valeur"), 30),
            ),
            tuple(
                Row(
                    (
                        name,
                        words.number(count),
                        "–" if value is None else words.money(value, one.currency),
                    )
                )
                for name, count, value in counts
            ),
        ),
    )


def _of(found: pl.DataFrame, currency: str) -> pl.DataFrame:
    return found.filter(pl.col("currency") == currency)


def _right(title: str, share: int) -> Column:
    return Column(title, share, right=True)


def _money_columns(first: str, *, bars: bool = False) -> tuple[Column, ...]:
    shares = (24, 14, 16, 17, 16) if bars else (20, 17, 21, 21, 21)
    titles = (_("Commandes"), _("Encaissé"), _("Remboursé"), _("Net"))
    return (Column(first, shares[0]), *map(_right, titles, shares[1:]))


def _money_cells(name: str, row: dict[str, Any], currency: str) -> tuple[str, ...]:
    money = (words.money(row[code], currency) for code in ("gross", "refunds", "net"))
    return (name, words.number(row["orders"]), *money)


def _summed(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The sums of rows of one currency."""
    told = list(rows)
    return {
        name: sum(row[name] for row in told)
        for name in ("orders", "gross", "refunds", "net")
    }
