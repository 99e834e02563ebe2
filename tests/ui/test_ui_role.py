"""A role that is changed counts at the next click, for what was shown before too."""

from __future__ import annotations

import pytest

from commandes import access
from commandes.access import Role
from commandes.ui import login


@pytest.fixture
def acting(monkeypatch):
    """Whoever this names is at the browser."""
    who = {"role": Role.MANAGER}

    def person(**_seen):
        return access.logged_in(1, who["role"], "Ana")

    monkeypatch.setattr(login, "person", person)
    return who


def _said(app) -> str:
    assert not app.exception
    tables = [table.value.to_csv() for table in app.dataframe]
    return " ".join([*tables, *(text.value for text in app.text)])


def test_the_list_is_masked_at_the_next_click(shop, open_page, acting):
    """Names that a manager saw are not kept for the same person in accounting."""
    shop.order("1", customer_name="Zoé Quimper", email="zoe@example.org", paid=1000)
    app = open_page("commandes/liste.py")
    seen = _said(app)
    acting["role"] = Role.FINANCE

    app.run()

    assert "Zoé Quimper" in seen
    assert "Zoé Quimper" not in _said(app)
    assert "Z*** Q***" in _said(app)
