"""Any link to a report opens it: what is not understood is said, nothing breaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from commandes.reports.filters import DATED, TRAITS
from commandes.store import tables

NAMES = [
    *("status", "payment", "module", "tag", "q", "archived", "refunds", "carts"),
    *("period", "from", "to", "dated", "compared", "refunds_by", "by", "currency"),
    *("delay", "sort", "lang", "size", *TRAITS),
]
VALUES = st.one_of(
    st.sampled_from(
        [
            *("", "0", "-1", "7", "24", "999999999999999999999", "1e9", "NaN", "١٢"),
            *("2026-02-30", "0001-01-01", "9999-12-31", "2026-03-02", "all", "none"),
            *("today", "this_year", "month", "week", "EUR", "JPY", "eur", "store"),
            *("paid", "mark", "sale", "done", "yes", "no", "'; drop table", "<b>", "$"),
            *DATED,
        ]
    ),
    st.text(max_size=12),
)


@pytest.mark.parametrize(
    "path",
    ["accueil/tableau_de_bord.py", "rapports/ventes.py", "rapports/paniers.py"],
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=6))
def test_any_link_opens_a_report(open_page, shop, path, asked) -> None:
    """Traits, delays, steps and dates from anywhere: never an exception."""
    with shop.store.reading() as connection:
        begins = connection.scalar(select(func.count()).select_from(tables.orders)) == 0
    if begins:
        now = datetime.now(UTC)
        shop.order("1", at=now, paid=1000, refunded=200)
        shop.order("2", at=now, paid=900, total=900, currency="JPY")
        begun = now - timedelta(days=1)
        shop.order("3", is_cart=True, at=begun, begun_at=begun, email=None)

    app = open_page(path, **asked)

    assert not app.exception
    assert app.title
