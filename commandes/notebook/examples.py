"""Starting points: analyses that are ready to be run and changed, from sql/analyses."""

from __future__ import annotations

from dataclasses import dataclass

from commandes.mirror import query_text
from commandes.words import N_, _


@dataclass(frozen=True)
class Example:
    """An analysis that is always there.

    Attributes:
        code: the name of its file in sql/analyses.
        title: French source text.
        show: how its result is shown, a code of actions.notebooks.SHOWS.
        x: the column along the chart; `y`, `colour` likewise.
    """

    code: str
    title: str
    show: str
    x: str = ""
    y: str = ""
    colour: str = ""

    @property
    def label(self) -> str:
        """The title in the reader's language."""
        return _(self.title)

    @property
    def sql(self) -> str:
        """The text, without the header that is for those who read the files."""
        lines = query_text(f"analyses/{self.code}").splitlines()
        start = next(i for i, line in enumerate(lines) if not line.startswith("--"))
        return "\n".join(lines[start:])


EXAMPLES = (
    Example(
        "sales_by_month", N_("Ventes par mois"), "line", "month", "net", "currency"
    ),
    Example(
        "sales_by_day",
        N_("Encaissements des 90 derniers jours"),
        "line",
        "day",
        "gross",
        "currency",
    ),
    Example(
        "sales_by_module", N_("Ventes par module"), "bar", "month", "gross", "module"
    ),
    Example(
        "orders_by_hour",
        N_("Commandes par jour de la semaine et par heure"),
        "heat",
        "hour",
        "weekday",
        "orders",
    ),
    Example(
        "abandoned_by_hour", N_("Paniers abandonnés par heure"), "bar", "hour", "rate"
    ),
    Example("best_articles", N_("Meilleurs articles"), "bar", "article", "sold"),
    Example(
        "articles_that_return", N_("Articles qui reviennent"), "bar", "article", "rate"
    ),
    Example(
        "customers_that_return",
        N_("Clients nouveaux et fidèles"),
        "line",
        "month",
        "returning_customers",
    ),
    Example("discount_codes", N_("Codes de remise"), "table"),
    Example(
        "covers_by_day",
        N_("Couverts par jour"),
        "bar",
        "day",
        "covers",
        "service",
    ),
)
