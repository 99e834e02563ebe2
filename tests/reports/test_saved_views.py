"""Saved views read back: their filter, and what they ask for in vain."""

from __future__ import annotations

from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st

from commandes.actions import views as acting
from commandes.reports import views
from commandes.reports.filters import OrderFilter


def test_a_view_opens_the_filter_it_was_saved_with(store) -> None:
    """A view keeps filter and sort; views are listed by name, accents aside."""
    wanted = OrderFilter(statuses=("new", "done"), tags=("a & b",), search="50 %")
    query = views.query_string(wanted, "total_desc")
    acting.save(store, "zone", "status=gone&tag=VIP", actor="ana")
    acting.save(store, "Été", query, actor="ana")
    summer, zone = views.saved_views(store)
    assert ("Été", wanted, ()) == (summer.name, summer.wanted, summer.said)
    assert summer.query["sort"] == ["total_desc"]
    assert (OrderFilter(tags=("VIP",)), 1) == (zone.wanted, len(zone.said))


@given(search=st.text().map(str.strip), tag=st.text(min_size=1))
def test_any_text_survives_the_query_string(search, tag) -> None:
    """Whatever is searched for, the view that keeps it searches for the same."""
    wanted = OrderFilter(search=search, tags=(tag,))
    read = parse_qs(views.query_string(wanted), keep_blank_values=True)
    assert (wanted, ()) == OrderFilter.from_query(read)
