"""A list of many changes: said while the mirror is behind, drawn anew afterwards."""

from __future__ import annotations

import pytest

from commandes.mirror import mirror as mirror_module

PAGES = ("commandes/remboursements.py", "commandes/stock.py", "reglages/etiquettes.py")


@pytest.mark.parametrize("path", PAGES)
def test_a_mirror_that_is_behind_is_said(open_page, shop, monkeypatch, path):
    """What a page shows meanwhile is not the last word, and it says so."""
    shop.order("1", paid=1000, tags=["VIP"])
    open_page(path)
    monkeypatch.setattr(mirror_module, "NEAR", 0)
    # The step that would catch up in the background comes later.
    monkeypatch.setattr(mirror_module.Mirror, "_catch_up_beside", lambda _self: None)
    shop.order("2", paid=1000)

    app = open_page(path)

    assert not app.exception
    assert any("Mise à jour en cours" in str(m.value) for m in app.markdown)
