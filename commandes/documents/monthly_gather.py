"""The monthly report gathered from the reports, all of one snapshot of the mirror."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from commandes import words
from commandes.documents import monthly_sections as made
from commandes.documents.monthly import (
    Chapter,
    Column,
    Monthly,
    Row,
    Section,
    Table,
    Tile,
)
from commandes.errors import BadMonth, MirrorError
from commandes.reports import carts, comparison, figure_words, periods, refunds
from commandes.reports.definitions import definition
from commandes.reports.figure_words import ABANDONMENT, TITLES
from commandes.reports.figures import Figures, figures
from commandes.reports.filters import OrderFilter
from commandes.store import Head, journal, tables
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.mirror import Snapshot
    from commandes.store import Store

_TILES = ("net", "orders", "basket", "refund_rate")
# The first whose year before has instants in every time zone.
_FIRST_MONTH = date(3, 1, 1)
# Besides the figures: the definitions that the report's sections rely on.
_MEANINGS = {
    "bridge": N_("Des articles aux ventes nettes"),
    "module": N_("Par module, moyen de paiement et pays"),
    "articles": N_("Articles"),
    "vat": N_("TVA"),
    "customers": N_("Clients"),
}


@dataclass(frozen=True)
class _Month:
    """What the report asks about.

    Attributes:
        wanted: the month; of a running one its elapsed days.
        others: the month before and the same month of the year before, and how they
            are called.
    """

    first: date
    last: date
    today: date
    now: datetime
    wanted: OrderFilter
    others: tuple[tuple[str, OrderFilter], ...]

    @property
    def running(self) -> bool:
        """Whether it is not over yet."""
        return self.today < self.last

    @property
    def name(self) -> str:
        """The month in words: octobre 2026."""
        return month_words(self.first)


def last_month(today: date) -> date:
    """The first day of the month before."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_words(first: date) -> str:
    """A month in words: octobre 2026."""
    return words.day(first, style="MMMM y")


def gather(
    store: Store,
    snap: Snapshot,
    month: date,
    *,
    today: date | None = None,
    now: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Monthly:
    """The report of a month, in the language that is spoken.

    Args:
        month: any day of it.
        today: the day it is in the shop, which a running month is reckoned to.
        now: when the report is made.
        progress: told (questions answered, questions in all).

    Raises:
        BadMonth: it is still to come.
        MirrorError: the mirror was made anew meanwhile, and orders have changed.
    """
    at = now or datetime.now(UTC)
    asked = _asked(month, today or at.astimezone(snap.zone).date(), at)
    head = _head(store, snap.seq)
    chapters = _chapters(snap, asked, progress or (lambda _done, _all: None))
    if snap.seq != head.seq:
        raise MirrorError(detail=_("les commandes ont changé pendant l’export"))
    return Monthly(
        words.language(),
        _("Rapport mensuel : {month}").format(month=asked.name),
        snap.settings.shop_name,
        snap.settings.shop_address,
        _about(snap, asked, head),
        chapters,
        _meanings(),
    )


def _head(store: Store, seq: int) -> Head:
    """The journal's head as the snapshot knows it, though the journal has gone on."""
    c = tables.events.c
    with store.reading("reports/month") as connection:
        digest = connection.execute(select(c.digest).where(c.seq == seq)).scalar()
    return Head(seq, digest or journal.START)


def _asked(month: date, today: date, now: datetime) -> _Month:
    first, last = month.replace(day=1), periods.month_end(month)
    if not _FIRST_MONTH <= first <= today:
        raise BadMonth(value=_code(first), first=_code(_FIRST_MONTH), last=_code(today))
    whole = OrderFilter(first=first, last=last, dated="paid", archived="all")
    others = (
        (last_month(first), "last_month"),
        (first.replace(year=first.year - 1), "last_year"),
    )
    return _Month(
        *(first, last, today, now),
        comparison.elapsed(whole, today),
        tuple(
            (month_words(other), _other(whole, other, compared, today))
            for other, compared in others
        ),
    )


def _code(month: date) -> str:
    """A month as it is typed; years have four digits here on every system."""
    return month.isoformat()[:7]


def _other(whole: OrderFilter, other: date, compared: str, today: date) -> OrderFilter:
    """What a month is compared with: a whole one, or the same days of it."""
    same_days = comparison.before(whole, compared, today)
    if same_days is not None and comparison.elapsed(whole, today) != whole:
        return same_days
    return replace(whole, first=other, last=periods.month_end(other))


def _about(snap: Snapshot, asked: _Month, head: Head) -> tuple[tuple[str, str], ...]:
    last = min(asked.last, asked.today)
    return (
        (_("Période"), periods.words(asked.first, last)),
        (_("Fuseau horaire"), snap.zone.key),
        (_("Établi le"), words.moment(asked.now, snap.zone.key)),
        (_("Tête du journal"), f"{head.seq}:{head.digest}"),
        (_("Pour vérifier"), f"commandes verify --head {head.seq}:{head.digest}"),
    )


def _chapters(
    snap: Snapshot, asked: _Month, progress: Callable[[int, int], None]
) -> tuple[Chapter, ...]:
    """The chapter of each currency, the shop's own first."""
    now = _by_currency(figures(snap, asked.wanted, today=asked.today))
    then = [
        _by_currency(figures(snap, other, today=asked.today))
        for _name, other in asked.others
    ]
    left = _refunds_left(snap, asked)
    found = _carts(snap, asked)
    codes = _ordered(snap, [now, *then, left, *found], now)
    rated = carts.tells_paid(snap)
    chapters, steps = [], len(made.SECTIONS)
    for place, code in enumerate(codes):
        sections: list[Section | None] = [
            _figures(
                asked,
                [of.get(code) or Figures(code, 0, 0, 0, 0) for of in (now, *then)],
                [of.get(code) for of in found] if rated else [],
            )
        ]
        for step, ask in enumerate(made.SECTIONS, start=1):
            if code in now:
                sections.append(ask(snap, asked.wanted, code, asked.today))
            progress(place * steps + step, len(codes) * steps)
        sections.append(made.refunds_left(left.get(code, []), code))
        if code in found[0]:
            back = _brought_back(snap, asked, code)
            sections.append(made.carts(found[0][code], back, rated=rated))
        title = _("Ventes en {currency}").format(currency=code)
        chapters.append(Chapter(title, tuple(one for one in sections if one)))
    if not chapters:
        chapters.append(_empty())
    return tuple(chapters)


def _empty() -> Chapter:
    nothing = _("Aucune vente sur cette période.")
    return Chapter(_("Ventes"), (Section("figures", _("Les chiffres"), nothing),))


def _by_currency(found: tuple[Any, ...]) -> dict[str, Any]:
    return {one.currency: one for one in found}


def _ordered(
    snap: Snapshot, told: list[dict[str, Any]], now: dict[str, Figures]
) -> list[str]:
    """Every currency that any part tells of: the shop's own, then the busiest."""
    own = snap.settings.currency
    codes = {code for part in told for code in part}
    return sorted(
        codes,
        key=lambda code: (code != own, -now[code].orders if code in now else 1, code),
    )


def _refunds_left(snap: Snapshot, asked: _Month) -> dict[str, list[dict[str, Any]]]:
    """The marks of before the month's end whose money was not given back by then."""
    end = periods.end(asked.last, snap.zone)
    after = OrderFilter(first=asked.last + timedelta(days=1))
    found: dict[str, list[dict[str, Any]]] = {}
    rows = [
        *refunds.to_do(snap, today=asked.today).rows(named=True),
        *refunds.done(snap, after, today=asked.today).rows(named=True),
    ]
    for row in sorted(rows, key=lambda row: (row["marked_at"], row["id"])):
        if row["marked_at"] < end:
            day = row["marked_at"].astimezone(snap.zone).date()
            found.setdefault(row["currency"], []).append({**row, "day": day})
    return found


def _carts(snap: Snapshot, asked: _Month) -> list[dict[str, carts.Figures]]:
    """The carts of the month and of the two it is compared with, by currency."""
    if not carts.has_carts(snap):
        return [{}, {}, {}]
    filters = [asked.wanted, *(other for _name, other in asked.others)]
    return [
        _by_currency(
            carts.figures(
                carts.carts(snap, wanted, "month", today=asked.today, now=asked.now)
            )
        )
        for wanted in filters
    ]


def _brought_back(snap: Snapshot, asked: _Month, currency: str) -> tuple[int, int]:
    """How many carts of a currency were paid after a reminder, and their value."""
    found = carts.brought_back(
        snap, replace(asked.wanted, currency=currency), today=asked.today, now=asked.now
    )
    return found.select("paid", "value").row(0) if found.height else (0, 0)


def _figures(
    asked: _Month, told: list[Figures], found: list[carts.Figures | None]
) -> Section:
    """The figures of a currency against the two other months.

    Args:
        told: this month's, then the others'.
        found: the same of carts; empty where no source gives a rate.
    """
    currency = told[0].currency
    lines = {
        _(title): _line(name, currency, [getattr(one, name) for one in told])
        for name, title in TITLES.items()
    }
    if any(found):
        rates = [one.rate if one else None for one in found]
        lines[_(ABANDONMENT)] = _line("abandonment", currency, rates)
    names = [name for name, _wanted in asked.others]
    return Section(
        "figures",
        _("Que dit le mois ?"),
        _("Mois en cours : comparé aux mêmes jours.")
        if asked.running
        else _("Comparé au mois d’avant et au même mois de l’année d’avant."),
        Table(
            (
                Column(_("Chiffre"), 22),
                Column(asked.name, 18, right=True),
                *(
                    Column(title, share, right=True)
                    for name in names
                    for title, share in ((name, 18), (_("Évolution"), 12))
                ),
            ),
            tuple(Row((title, *cells)) for title, cells in lines.items()),
        ),
        tiles=tuple(_tile(name, told, names[0]) for name in _TILES),
    )


def _line(name: str, currency: str, values: list[Any]) -> tuple[str, ...]:
    """A figure, then each other value with how much more or less ours is."""
    now, *others = values
    return (
        figure_words.said(name, now, currency),
        *(
            said
            for then in others
            for said in (
                figure_words.said(name, then, currency),
                _change(name, now, then),
            )
        ),
    )


def _tile(name: str, told: list[Figures], before: str) -> Tile:
    now, then = (getattr(one, name) for one in told[:2])
    currency = told[0].currency
    change = _change(name, now, then)
    said = _("{month} : {value}").format(
        month=before, value=figure_words.said(name, then, currency)
    )
    return Tile(
        _(TITLES[name]),
        figure_words.said(name, now, currency),
        said if change == "–" else f"{change} · {said}",
    )


def _change(name: str, now: float | None, then: float | None) -> str:
    return figure_words.change(name, now, then) or figure_words.NONE


def _meanings() -> tuple[tuple[str, str], ...]:
    """What each figure means, then what the sections rely on."""
    figures_say = [
        (_(title), _(definition(name).meaning)) for name, title in TITLES.items()
    ]
    sections_say = [
        (_(title), _(definition(code).meaning)) for code, title in _MEANINGS.items()
    ]
    carts_say = [(_(title), _(meaning)) for title, meaning in carts.DEFINITIONS]
    left = (
        _("Remboursements restés à faire"),
        _(
            "Les marques de remboursement posées ici avant la fin du mois et dont "
            "l’argent n’était pas encore rendu à cette date. Une marque retirée depuis "
            "n’en fait pas partie."
        ),
    )
    currencies = (
        _("Devises"),
        _("Deux devises ne sont jamais additionnées."),
    )
    return (*figures_say, *sections_say, left, *carts_say, currencies)
