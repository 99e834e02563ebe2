"""The sales report: a question, a figure, a sentence, a chart and a table each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import words
from commandes.reports import articles as articles_report
from commandes.reports import bridge as bridge_report
from commandes.reports import customers as customers_report
from commandes.reports import hours as hours_report
from commandes.reports import modules as modules_report
from commandes.reports import transactions as transactions_report
from commandes.reports.breakdown import breakdown
from commandes.reports.export import columns
from commandes.reports.filters import (
    BRIDGE_PARTS,
    BY_ORDER,
    NOT_GIVEN,
    OrderFilter,
)
from commandes.reports.sales import sales
from commandes.ui import charts, money, period, report, theme
from commandes.ui.report import Block
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from commandes.ui.framing import Here

_BARS = 12
_MONTH = 31
# More than any shop sells.
_ALL = 1_000_000
_MODULES = {
    "seats": N_("Combien de places vendues et restantes par événement ?"),
    "covers": N_("Combien de couverts par service ?"),
    "slots": N_("Combien de créneaux occupés ?"),
    "plans": N_("Quelles formules, nouvelles et renouvelées ?"),
}
_SERVICES = {"lunch": N_("Déjeuner"), "dinner": N_("Dîner")}


@dataclass(frozen=True)
class Asked:
    """What the report is about.

    Attributes:
        wanted: the filter.
        by: a code of reports.sales.STEPS.
        currency: whose amounts the charts show.
        several: whether the shop sold in other currencies too.
        refunds_by: at which date a refund counts: mark, sale or done.
        since: the day of the first sale: a list without a period would hold orders
            that nobody has paid.
    """

    wanted: OrderFilter
    by: str
    currency: str
    several: bool
    refunds_by: str
    since: date | None = None

    def only(self, about: str = "paid", **traits: object) -> OrderFilter | None:
        """The orders of the report with these traits, in its currency.

        None: there are none, since carts alone are asked for, by a date of the order:
        a cart that nobody paid is no sale.

        Args:
            about: which date the click carries: `sold` (an order at its first
                payment), `paid`, `refunded` or `moved` (both). Where the report counts
                all money of an order at one date, it is that date.
        """
        found = replace(self.wanted, **traits)  # type: ignore[arg-type]  # names of fields
        if found.carts == "only" and found.dated in BY_ORDER and found.dated != "sold":
            return None
        if found.dated in BY_ORDER:
            found = self._by_order(found, about)
        else:
            found = self._by_money(found, about)
        if not (found.period or found.first or found.last):
            found = replace(found, first=self.since)
        return replace(found, currency=self.currency) if self.several else found

    def _by_order(self, found: OrderFilter, about: str) -> OrderFilter:
        # Carts that nobody paid are no sale, where it is not the payment that dates
        # them; an order of several services counts at the first.
        if found.dated != "sold":
            dated = "first_service" if found.dated == "service" else found.dated
            found = replace(found, carts="no", dated=dated)
        return self._refunded(found) if about == "refunded" else found

    def _by_money(self, found: OrderFilter, about: str) -> OrderFilter:
        if about == "refunded" and self.refunds_by == "sale":
            return self._refunded(replace(found, dated="sold"))
        done = {"refunded": "given_back", "moved": "moved_done"}
        if self.refunds_by == "done":
            about = done.get(about, about)
        # A refund that counts at its sale is beside a payment.
        if self.refunds_by == "sale" and about == "moved":
            about = "paid"
        return replace(found, dated=about)

    def _refunded(self, found: OrderFilter) -> OrderFilter:
        real = self.refunds_by == "done"
        return replace(found, given_back="done" if real else "any")

    def rows(self, found: pl.DataFrame) -> pl.DataFrame:
        """Those of the currency that the charts show."""
        return found.filter(pl.col("currency") == self.currency)


def screen(here: Here) -> None:
    """The whole report."""
    wanted = report.entered(here)
    period.quick(wanted)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        compared = period.compared()
        refunds_by = period.refunds_by()
    figures = money.metrics(here, wanted, compared, refunds_by)
    if not figures:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        by = period.step(_usual_step(here, wanted))
        currency = period.currency([one.currency for one in figures])
    asked = about(here, wanted, by, currency, several=len(figures) > 1)
    asked = replace(asked, refunds_by=refunds_by)
    for block in blocks(here, asked):
        report.show(here, block)
    _modules(here, asked)


def blocks(here: Here, asked: Asked) -> Iterator[Block]:
    """The questions of the report that have a chart or a table of money."""
    money_of = (_over_time, _bridge, _transactions)
    for block in (*money_of, *_PARTS, _articles, _hours, _customers, _vat):
        yield block(here, asked)


def _usual_step(here: Here, wanted: OrderFilter) -> str:
    """By day within a month or so, by month beyond: neither one bar nor hundreds."""
    first, last = wanted.days(datetime.now(here.settings.zone).date())
    short = first and last and (last - first).days <= _MONTH
    return "day" if short else "month"


def about(
    here: Here, wanted: OrderFilter, by: str, currency: str, *, several: bool
) -> Asked:
    """What a report is about, its first day looked up where the filter names none."""
    since = None
    if not (wanted.period or wanted.first or wanted.last):
        since = sales(here.snap, wanted, "day")["period"].min()
    first = since if isinstance(since, date) else None
    return Asked(wanted, by, currency, several, "mark", first)


def over_time(here: Here, asked: Asked, *, only_net: bool) -> Block:
    """Cashed, refunded and net per period."""
    found = asked.rows(
        sales(here.snap, asked.wanted, asked.by, refunds_by=asked.refunds_by)
    )

    about = {"gross": "paid", "refunds": "refunded", "net": "moved"}

    def behind(day: date, name: str) -> OrderFilter | None:
        return report.behind(here, asked.only(about[name]), day, asked.by)

    return Block(
        "sales",
        _("Combien ai-je vendu par {step} ?").format(step=_(charts.STEPS[asked.by])),
        f"{_over_time_says(found, asked)} {charts.latest_said(found)}".strip(),
        found.sort("period", descending=True),
        columns.SALES,
        charts.sales(
            charts.latest(found),
            asked.currency,
            asked.by,
            only_net=only_net,
            behind=behind,
        ),
    )


def _over_time(here: Here, asked: Asked) -> Block:
    return over_time(here, asked, only_net=False)


def _over_time_says(found: pl.DataFrame, asked: Asked) -> str:
    if found.is_empty():
        return _("Aucune vente sur cette période.")
    best = found.sort("net", descending=True).row(0, named=True)
    form = (
        _("Le plus haut : {net} net, le {day}.")
        if asked.by == "day"
        else _("Le plus haut : {net} net, à partir du {day}.")
    )
    return form.format(
        day=words.day(best["period"]), net=words.money(best["net"], asked.currency)
    )


def _bridge(here: Here, asked: Asked) -> Block:
    found = bridge_report.bridge(here.snap, asked.wanted, refunds_by=asked.refunds_by)
    rows = asked.rows(found)
    amounts = rows.row(0, named=True) if rows.height else {}
    steps = [
        (code, sign * amounts.get(code, 0), is_sum)
        for code, sign, is_sum in bridge_report.STEPS
        if is_sum or amounts.get(code, 0)
    ]
    behind = [_behind_step(asked, code) for code, *_rest in steps]
    counts = [
        amounts.get(bridge_report.ORDERS_OF[code], 0) if one else None
        for (code, *_rest), one in zip(steps, behind, strict=True)
    ]
    table = pl.DataFrame(
        {
            "step": [_(bridge_report.STEP_WORDS[code]) for code, *_rest in steps],
            "currency": [asked.currency] * len(steps),
            "amount": [amount for _code, amount, _sum in steps],
            "orders": counts,
        },
        schema_overrides={"orders": pl.Int64},
    )
    return Block(
        "bridge",
        _("Comment passe-t-on des articles aux ventes nettes ?"),
        _("Vendu {sold}, encaissé {cashed}, net {net}.").format(
            **{
                name: words.money(amounts.get(name, 0), asked.currency)
                for name in ("sold", "cashed", "net")
            }
        ),
        table,
        columns.BRIDGE,
        charts.waterfall(
            [
                (_(bridge_report.STEP_WORDS[code]), amount, is_sum)
                for code, amount, is_sum in steps
            ],
            asked.currency,
            _("Des articles aux ventes nettes, en {currency}").format(
                currency=asked.currency
            ),
            behind,
            counts,
        ),
    )


def _transactions(here: Here, asked: Asked) -> Block:
    wanted, by = asked.wanted, asked.refunds_by
    if asked.several:
        wanted = replace(wanted, currency=asked.currency)
    found = transactions_report.transactions(
        here.snap, wanted, refunds_by=by, limit=report.SHOWN + 1
    )
    return Block(
        "transactions",
        _("Quels encaissements et quels remboursements, un par un ?"),
        _transactions_say(found, asked.currency),
        found,
        columns.TRANSACTIONS,
        frames=lambda: transactions_report.slices(here.snap, wanted, refunds_by=by),
    )


def _transactions_say(found: pl.DataFrame, currency: str) -> str:
    if found.height > report.SHOWN:
        return _("Les plus récents ; la somme de tous est celle des ventes nettes.")
    refunds = found.filter(pl.col("kind") == "refund").height
    return _("{payments} et {refunds} : net {net}.").format(
        payments=plural(
            "{n} encaissement", "{n} encaissements", found.height - refunds
        ),
        refunds=plural("{n} remboursement", "{n} remboursements", refunds),
        net=words.money(int(found["amount"].sum()), currency),
    )


def _behind_step(asked: Asked, code: str) -> OrderFilter | None:
    """The orders of a step of the bridge; None: of those that say nothing of them."""
    if code in BRIDGE_PARTS:
        return asked.only("sold", part=code)
    about = {"articles": "sold", "sold": "sold", "cashed": "paid"}
    about |= {"refunds": "refunded", "net": "moved"}
    return asked.only(about[code]) if code in about else None


def _part(
    of: str, question: str, trait: str, label: Callable[[str], str] | None = None
) -> Callable[[Here, Asked], Block]:
    """A block of the sales by a trait of the orders; its bars open those orders."""

    def block(here: Here, asked: Asked) -> Block:
        found = asked.rows(
            breakdown(here.snap, asked.wanted, of, refunds_by=asked.refunds_by)
        )
        top = found.head(_BARS)
        keys = top["key"].to_list()

        def said(key: str | None) -> str:
            if key is None:
                without = {"promo": N_("sans code promo")}
                return _(without.get(of, N_("non fourni par la source")))
            return label(key) if label else key

        return Block(
            of,
            _(question),
            _part_says(found, asked, said),
            found.with_columns(
                key=pl.Series([said(key) for key in found["key"]], dtype=pl.String)
            ),
            columns.BREAKDOWN,
            charts.ranking(
                [said(key) for key in keys],
                top["net"].to_list(),
                asked.currency,
                _(question),
                [asked.only("moved", **_trait(trait, key)) for key in keys],
                top["moved_orders"].to_list(),
            ),
        )

    return block


def _trait(name: str, key: str | None) -> dict[str, object]:
    if name == "modules":
        return {name: (key,)}
    return {name: NOT_GIVEN if key is None else key}


def _part_says(found: pl.DataFrame, asked: Asked, said: Callable[..., str]) -> str:
    if found.is_empty():
        return _("Aucune vente sur cette période.")
    first, total = found.row(0, named=True), sum(found["net"])
    share = first["net"] / total if total > 0 else 0
    return _("En tête : {name}, {net}, soit {share} du net.").format(
        name=said(first["key"]),
        net=words.money(first["net"], asked.currency),
        share=words.per_cent(share, digits=0),
    )


_PARTS = (
    _part("module", N_("Quel module vend ?"), "modules", theme.module_words),
    _part("means", N_("Comment mes clients paient-ils ?"), "means"),
    _part("country", N_("D’où viennent mes commandes ?"), "country"),
    _part("channel", N_("Par quel canal ?"), "channel"),
    _part("promo", N_("Que rapportent les codes promo ?"), "promo"),
)


def _articles(here: Here, asked: Asked) -> Block:
    found = asked.rows(articles_report.articles(here.snap, asked.wanted, limit=_ALL))
    top = found.head(_BARS)
    return Block(
        "articles",
        _("Quels articles se vendent le mieux ?"),
        plural("{n} article vendu", "{n} articles vendus", found.height)
        if found.height
        else _("Aucune vente sur cette période."),
        found,
        columns.ARTICLES,
        charts.ranking(
            _told_apart(top),
            top["total"].to_list(),
            asked.currency,
            _("Meilleurs articles"),
            [
                asked.only("sold", article=sku or title, modules=(module,))
                for sku, title, module in top.select(
                    "sku", "title", "module"
                ).iter_rows()
            ],
            top["orders"].to_list(),
        ),
    )


def _told_apart(found: pl.DataFrame) -> list[str]:
    """The articles' titles; those that several share with their reference."""
    shared = found["title"].is_duplicated()
    return [
        f"{title} ({sku})" if twice and sku else title
        for title, sku, twice in zip(found["title"], found["sku"], shared, strict=True)
    ]


def _hours(here: Here, asked: Asked) -> Block:
    found = asked.rows(hours_report.hours(here.snap, asked.wanted))
    rows = {(row["weekday"], row["hour"]): row for row in found.iter_rows(named=True)}
    busiest = found.sort("gross", descending=True).head(1)
    said = _("Aucune vente sur cette période.")
    for row in busiest.iter_rows(named=True):
        said = _("L’heure la plus forte : {weekday}, {hour} h.").format(
            weekday=words.weekday(row["weekday"]), hour=row["hour"]
        )
    return Block(
        "hours",
        _("Quand mes clients achètent-ils ?"),
        said,
        found.with_columns(
            weekday=pl.Series(
                [words.weekday(number) for number in found["weekday"]], dtype=pl.String
            )
        ),
        columns.HOURS,
        charts.week_hours(
            {place: row["gross"] for place, row in rows.items()},
            asked.currency,
            _("Ventes par jour de la semaine et par heure"),
            lambda weekday, hour: asked.only("paid", weekday=weekday, hour=hour),
            {place: row["paid_orders"] for place, row in rows.items()},
        ),
    )


def _customers(here: Here, asked: Asked) -> Block:
    found = asked.rows(
        customers_report.customers(here.snap, asked.wanted, asked.by)
    ).sort("period")
    names = {
        "new": _("Nouveaux clients"),
        "returning": _("Clients revenus"),
        "unknown": _("Sans e-mail"),
    }
    found = found.with_columns(
        orders=pl.sum_horizontal(f"{one}_orders" for one in names)
    )
    shown = charts.latest(found)
    new, returning = (sum(found[f"{code}_orders"]) for code in ("new", "returning"))
    share = returning / (new + returning) if new + returning else None
    return Block(
        "customers",
        _("Mes clients reviennent-ils ?"),
        _("La source ne donne pas d’e-mail : on ne sait pas qui revient.")
        if share is None
        else _("{share} des commandes avec e-mail sont de clients déjà venus.").format(
            share=words.per_cent(share, digits=0)
        ),
        found.sort("period", descending=True),
        columns.CUSTOMERS,
        charts.stacked(
            shown["period"].to_list(),
            {names[code]: shown[f"{code}_orders"].to_list() for code in names},
            asked.by,
            _("Commandes de nouveaux clients et de clients revenus"),
            lambda day, _name: report.behind(here, asked.only("sold"), day, asked.by),
            counts=shown["orders"].to_list(),
        ),
    )


def _vat(here: Here, asked: Asked) -> Block:
    found = asked.rows(
        bridge_report.vat(here.snap, asked.wanted, refunds_by=asked.refunds_by)
    )
    return Block(
        "vat",
        _("Combien de TVA, taux par taux ?"),
        bridge_report.vat_says(found, asked.currency),
        found,
        columns.VAT,
    )


def _modules(here: Here, asked: Asked) -> None:
    """Per module what it lives on; a module that sold nothing says nothing."""
    questions = {
        "seats": (modules_report.seats, columns.SEATS),
        "covers": (modules_report.covers, columns.COVERS),
        "slots": (modules_report.slots, columns.SLOTS),
        "plans": (modules_report.plans, columns.PLANS),
    }
    _to_serve(here, asked)
    for code, (ask, shown) in questions.items():
        found = ask(here.snap, asked.wanted)
        if found.is_empty():
            continue
        said, chart = _SAYS[code](found), None
        if code == "covers":
            chart = _covers_chart(found)
            found = found.with_columns(
                service=pl.Series(
                    [_(_SERVICES[one]) for one in found["service"]], dtype=pl.String
                )
            )
        report.show(here, Block(code, _(_MODULES[code]), said, found, shown, chart))


def _sum(found: pl.DataFrame, name: str) -> int:
    return int(found[name].sum())


def _seats_say(found: pl.DataFrame) -> str:
    sold = plural("{n} place vendue", "{n} places vendues", _sum(found, "sold"))
    if found["seats_left"].count() == 0:
        return f"{sold}."
    left = plural("{n} reste", "{n} restent", _sum(found, "seats_left"))
    return _("{sold} ; {left} là où le stock les compte.").format(sold=sold, left=left)


def _covers_say(found: pl.DataFrame) -> str:
    return _("{covers} en {services}.").format(
        covers=plural("{n} couvert", "{n} couverts", _sum(found, "covers")),
        services=plural("{n} service", "{n} services", found.height),
    )


def _slots_say(found: pl.DataFrame) -> str:
    booked = _sum(found, "booked")
    said = plural("{n} créneau réservé", "{n} créneaux réservés", booked)
    if found["slots_left"].count() == 0:
        return f"{said}."
    free = plural("{n} libre", "{n} libres", _sum(found, "slots_left"))
    return _("{booked}, {free} là où le stock les compte.").format(
        booked=said, free=free
    )


def _plans_say(found: pl.DataFrame) -> str:
    new, renewed = _sum(found, "new"), _sum(found, "renewed")
    return _("{new}, {renewed}.").format(
        new=plural("{n} nouvelle", "{n} nouvelles", new),
        renewed=plural("{n} renouvellement", "{n} renouvellements", renewed),
    )


_SAYS: dict[str, Callable[[pl.DataFrame], str]] = {
    "seats": _seats_say,
    "covers": _covers_say,
    "slots": _slots_say,
    "plans": _plans_say,
}


def _covers_chart(found: pl.DataFrame) -> charts.Chart:
    """Covers per day, lunch under dinner; days without any are seen as well."""
    served: list[date] = found["day"].to_list()
    first, last = min(served), max(served)
    first = max(first, last - timedelta(days=charts.MOST_PERIODS))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows = {(day, service): (n, covers) for day, service, n, covers in found.rows()}
    none = (0, 0)
    return charts.stacked(
        days,
        {
            _(title): [rows.get((day, service), none)[1] for day in days]
            for service, title in _SERVICES.items()
        },
        "day",
        _("Couverts par jour et par service"),
        lambda _day, _name: None,
        counts=[
            sum(rows.get((day, service), none)[0] for service in _SERVICES)
            for day in days
        ],
    )


def _to_serve(here: Here, asked: Asked) -> None:
    """What was cashed for services still to come, whatever the period."""
    found = modules_report.to_serve(here.snap, asked.wanted)
    if found.height:
        amounts = dict(found.select("currency", "cashed").iter_rows())
        st.subheader(_("Qu’ai-je encaissé qui reste à servir ?"), anchor=False)
        st.text(words.monies(amounts))
        report.calculation("to_serve")
