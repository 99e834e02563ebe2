"""The page of webhooks: where to send, what came in, what failed, done again."""

from __future__ import annotations

import webhook_bodies as bodies

from commandes.intake.webhooks import deliveries, work
from commandes.intake.webhooks.signatures import Envelope


def _texts(app):
    kinds = (app.text, app.caption, app.markdown)
    return "\n".join(str(found.value) for kind in kinds for found in kind)


def _send(store, delivery, topic, told):
    envelope = Envelope(delivery, topic)
    deliveries.keep(store, "shopify", envelope, bodies.as_bytes(told), actor="t")


def test_a_shop_that_nobody_tells_anything(open_page):
    """Nothing came; each platform's setting is named."""
    app = open_page("reglages/webhooks.py")

    assert not app.exception
    assert "Rien n’a encore été reçu." in _texts(app)
    assert "COMMANDES_SHOPIFY_WEBHOOK_SECRET" in _texts(app)


def test_what_came_in_and_what_failed(open_page, store):
    """Newest first, each in words; a failure says why and can be read again."""
    _send(store, "d1", "orders/create", bodies.shopify_order())
    _send(store, "d2", "orders/updated", {"id": 1})
    work.work(store)
    app = open_page("reglages/webhooks.py")

    assert not app.exception
    shown = app.dataframe[0].value
    assert list(shown["said"]) == ["Échec", "Traité"]
    assert list(shown["number"]) == ["", "#1001"]
    assert shown["why"][0].endswith(": name")
    assert app.button(key="webhook_replay").disabled

    app.button(key="webhook_replay_all").click().run()

    assert not app.exception
    assert "1 livraison remise à traiter" in _texts(app)
    assert deliveries.counts(store)["waiting"] == 1
    app.pills(key="webhook_states").set_value(["done"]).run()
    assert list(app.dataframe[0].value["said"]) == ["Traité"]
