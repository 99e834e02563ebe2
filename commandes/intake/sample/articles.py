"""What the sample merchant sells: one table of articles for the five modules.

Prices are in euro cents, tax rates in hundredths of a per cent.
"""

from __future__ import annotations

from typing import NamedTuple

from commandes.rules import MODULES


class Article(NamedTuple):
    """One thing sold; `minutes` is how long a booked service lasts."""

    sku: str
    title: str
    variant: str | None
    price: int
    tax_rate: int
    fragile: bool = False
    minutes: int = 0


class Ring(NamedTuple):
    """A run of ARTICLES, gone round when a second line takes the next one."""

    start: int
    size: int


FULL, FOOD, MEAL, BOOK, SHOW = 2000, 550, 1000, 550, 550

# Title, euro cents of the first variant, what each next one costs more, tax rate,
# fragile or not, variants.
_STORE = (
    ("Bougie parfumée Figuier", 2490, 700, FULL, True, ("180 g", "300 g")),
    ("Carnet relié toile", 1450, 0, FULL, False, ("Ocre", "Bleu nuit", "Vert sauge")),
    ("Thé noir des Brumes", 1290, 1200, FOOD, False, ("100 g", "250 g")),
    ("T-shirt coton bio", 2900, 0, FULL, False, ("S", "M", "L", "XL")),
    ("Tasse en grès", 1950, 0, FULL, True, ("Blanc", "Anthracite")),
    ("Miel de châtaignier", 990, 700, FOOD, True, ("250 g", "500 g")),
    ("Sac en lin", 3400, 0, FULL, False, ("Naturel", "Terracotta")),
    ("Stylo plume", 4900, 0, FULL, False, ("Plume M", "Plume F")),
    ("Savon de Marseille", 590, 0, FULL, False, ("Olive", "Lavande")),
    ("Roman « Les Étés lents »", 1990, 0, BOOK, False, (None,)),
    ("Affiche « Littoral »", 2500, 1000, FULL, False, ("A3", "50 × 70")),
    ("Confiture abricot-romarin", 750, 0, FOOD, True, (None,)),
    ("Lampe de chevet Galet", 7900, 0, FULL, True, ("Craie", "Argile")),
    ("Plaid en laine", 8900, 0, FULL, False, ("Écru", "Moutarde")),
    ("Coffret dégustation", 4500, 0, FOOD, True, (None,)),
    ("Tablier de cuisine", 3200, 0, FULL, False, ("Rayé", "Uni")),
    ("Huile d’olive vierge", 1690, 600, FOOD, True, ("50 cl", "75 cl")),
    ("Cahier de cuisine", 2200, 0, BOOK, False, (None,)),
    ("Vase soliflore", 3900, 0, FULL, True, (None,)),
    ("Pull marin", 9900, 0, FULL, False, ("S", "M", "L")),
    ("Jeu de cartes illustré", 1600, 0, FULL, False, (None,)),
    ("Théière en fonte", 6400, 1500, FULL, True, ("0,8 l", "1,2 l")),
    ("Chocolat noir 72 %", 490, 0, FOOD, False, (None,)),
    ("Parapluie de poche", 2990, 0, FULL, False, ("Marine", "Rouge")),
    ("Fauteuil en rotin", 24900, 0, FULL, False, (None,)),
)

# Title, full price in euro cents, tax rate, start in minutes after midnight.
EVENTS = (
    ("Concert – Les Nuits bleues", 2800, SHOW, 1230),
    ("Théâtre – La Valise", 2400, SHOW, 1200),
    ("Jazz au kiosque", 1800, SHOW, 1260),
    ("Visite guidée des ateliers", 0, FULL, 900),
    ("Humour – Soirée découverte", 2200, SHOW, 1245),
    ("Festival Les Rives", 4200, SHOW, 1140),
    ("Conférence – Le temps long", 1200, FULL, 1110),
    ("Opéra de poche", 3900, SHOW, 1200),
    ("Marché de nuit : dégustation", 1500, MEAL, 1140),
    ("Ciné-concert", 1600, SHOW, 1200),
    ("Atelier d’écriture", 3500, FULL, 840),
    ("Bal folk", 1000, SHOW, 1260),
)
# Code, name, share of the full price.
SEATS = (
    ("PLEIN", "Plein tarif", 1.0),
    ("REDUIT", "Tarif réduit", 0.7),
    ("JEUNE", "Moins de 26 ans", 0.5),
    ("CARRE", "Carré or", 1.6),
)

_PLANS = (("ESS", "Essentiel", 1200), ("PRO", "Pro", 2900), ("EQU", "Équipe", 5900))
MONTHLY, YEARLY = "mensuelle", "annuelle"

_PRICING_EXTRAS = (
    Article("TAR-OPT-SUP", "Assistance prioritaire", None, 900, FULL),
    Article("TAR-OPT-STO", "Espace supplémentaire", "100 Go", 500, FULL),
    Article("TAR-OPT-FOR", "Heure de formation", None, 6000, FULL),
)
_RESTAURANT = (
    Article("RES-MAR", "Menu du marché", "Déjeuner ou dîner", 2900, MEAL),
    Article("RES-TAB", "Réservation de table", "Sans prépaiement", 0, MEAL),
    Article("RES-DEG", "Menu dégustation", "6 services", 6800, MEAL),
    Article("RES-BRU", "Brunch", None, 3400, MEAL),
    Article("RES-VEG", "Menu végétal", "4 services", 4200, MEAL),
)
_RESTAURANT_EXTRAS = (
    Article("RES-VIN", "Accord mets et vins", None, 3200, FULL),
    Article("RES-GAT", "Gâteau d’anniversaire", "6 parts", 2800, MEAL),
    Article("RES-CHA", "Coupe de champagne", None, 1400, FULL),
    Article("RES-ENF", "Menu enfant", None, 1200, MEAL),
)
_BOOKING = (
    Article("CRE-COU", "Coupe et brushing", None, 4800, FULL, minutes=45),
    Article("CRE-MAS", "Massage suédois", "60 min", 7500, FULL, minutes=60),
    Article("CRE-POT", "Cours de poterie", None, 5500, FULL, minutes=120),
    Article("CRE-SOI", "Soin du visage", None, 6200, FULL, minutes=60),
    Article("CRE-CON", "Consultation", "Visio", 4000, FULL, minutes=30),
    Article("CRE-VEL", "Location de vélo", "Demi-journée", 1800, FULL, minutes=240),
)
_BOOKING_EXTRAS = (
    Article("CRE-FLE", "Annulation flexible", None, 500, FULL),
    Article("CRE-COL", "Boisson chaude et biscuits", None, 650, MEAL),
    Article("CRE-PHO", "Photo souvenir", None, 900, FULL),
)


def _store() -> tuple[Article, ...]:
    return tuple(
        Article(f"BOU-{k:03d}-{v}", title, variant, price + step * v, rate, fragile)
        for k, (title, price, step, rate, fragile, variants) in enumerate(
            _STORE, start=1
        )
        for v, variant in enumerate(variants)
    )


def _events() -> tuple[Article, ...]:
    return tuple(
        Article(f"EVT-{k:02d}-{code}", title, seat, int(price * share), rate)
        for k, (title, price, rate, _) in enumerate(EVENTS, start=1)
        for code, seat, share in SEATS
    )


def _plans() -> tuple[Article, ...]:
    return tuple(
        Article(f"TAR-{code}-{letter}", name, f"Période {period}", price * times, FULL)
        for period, letter, times in ((MONTHLY, "M", 1), (YEARLY, "A", 10))
        for code, name, price in _PLANS
    )


_HEADS = (_store(), _events(), _plans(), _RESTAURANT, _BOOKING)
_EXTRAS = ((), (), _PRICING_EXTRAS, _RESTAURANT_EXTRAS, _BOOKING_EXTRAS)

ARTICLES = tuple(a for articles in (*_HEADS, *_EXTRAS) for a in articles)


def _rings(groups: tuple[tuple[Article, ...], ...], start: int) -> dict[str, Ring]:
    rings = {}
    for module, group in zip(MODULES, groups, strict=True):
        rings[module] = Ring(start, len(group))
        start += len(group)
    return rings


# What a first line may be, and what the lines after it may be. In the store and at
# an event the lines after it come from the same ring.
HEADS = _rings(_HEADS, 0)
EXTRAS = _rings(_EXTRAS, sum(map(len, _HEADS))) | {
    module: HEADS[module] for module in ("store", "events")
}
PLAN_COUNT = len(_PLANS)
