"""The page of backups: what was made, what is missing, one more now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from commandes.backups import archive, automatic, backup
from commandes.ui import files


def _texts(app):
    kinds = (app.text, app.caption, app.markdown)
    return "\n".join(str(found.value) for kind in kinds for found in kind)


def test_a_shop_without_backups_is_told(open_page):
    """Nothing was made, and nothing makes any by itself: both are said."""
    app = open_page("reglages/sauvegardes.py")

    assert not app.exception
    assert "Aucune sauvegarde n’a encore été faite" in _texts(app)
    assert "COMMANDES_BACKUP_EVERY" in _texts(app)


def test_the_last_backup_stands_on_the_page(open_page, shop, tmp_path):
    """When, how big, up to which entry, and how much has changed since."""
    shop.order("1")
    backup(shop.store, tmp_path / "b.zip")
    seq = shop.store.head().seq
    shop.order("2")
    app = open_page("reglages/sauvegardes.py")

    texts = [text.value for text in app.text]
    assert not app.exception
    assert str(seq) in texts
    assert str(shop.store.head().seq - seq) in texts
    assert "vérifiées sur la copie" in texts


def test_one_more_is_made_and_handed_over(open_page, shop, settings):
    """The button makes a checked file without the key, and gives its link."""
    shop.order("1")
    app = open_page("reglages/sauvegardes.py")
    app.button(key="make_backup").click().run()

    assert not app.exception
    (file,) = files._exports(settings).glob("*/sauvegarde-*.zip")
    assert archive.manifest(file).checked
    assert archive.KEY not in file.read_bytes().decode("latin1")
    assert "1 commande" in _texts(app)


def test_the_automatic_ones_are_listed(open_page, shop, settings, monkeypatch):
    """The newest first, and what failed last."""
    shop.order("1")
    every = replace(settings, backup_every=1.0)
    automatic.make_if_due(shop.store, every, datetime(2026, 3, 2, 12, tzinfo=UTC))
    automatic.make_if_due(shop.store, every, datetime(2026, 3, 2, 14, tzinfo=UTC))
    (settings.backups / "commandes-20260301T000000Z.zip").write_bytes(b"nothing")
    monkeypatch.setenv("COMMANDES_BACKUP_EVERY", "1")
    app = open_page("reglages/sauvegardes.py")

    assert not app.exception
    listed = app.dataframe[0].value
    assert list(listed["file"]) == [
        "commandes-20260302T140000Z.zip",
        "commandes-20260302T120000Z.zip",
        "commandes-20260301T000000Z.zip",
    ]
    assert list(listed["orders"]) == ["1", "1", ""]
    assert "Toutes les 1 h, les 14 dernières sont gardées." in _texts(app)
