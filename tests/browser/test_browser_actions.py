"""Acting in Chromium: the panel, the arrow of a row, the bar over several orders."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from driving import NOON, ROW, TICKS, Orders, closed, served, settled, twelve_orders
from playwright.sync_api import expect
from sqlalchemy import func, select

from commandes.actions import notes
from commandes.actions.orders import Order
from commandes.store import tables


@pytest.fixture
def acting(tmp_path):
    """A server of the test's own over twelve orders, to act on."""
    with served(tmp_path / "data", twelve_orders) as running:
        yield running


def _order(server, number):
    with server.shop() as shop, shop.store.reading() as connection:
        return connection.execute(
            select(tables.orders).where(tables.orders.c.number == number)
        ).one()


def _kinds(server, number):
    """The journal's words for what happened to an order since it was imported."""
    e = tables.events.c
    with server.shop() as shop, shop.store.reading() as connection:
        return connection.scalars(
            select(e.kind).where(e.order_id == shop.id_of(number)).order_by(e.seq)
        ).all()[1:]


def _on_hand(server, sku="LAMP"):
    c = tables.stock_items.c
    with server.shop() as shop, shop.store.reading() as connection:
        return connection.scalar(select(func.sum(c.on_hand)).where(c.sku == sku)) or 0


def _more(drawer, page, label):
    """Choose an entry of « Autres actions » in the drawer."""
    drawer.get_by_role("button", name="Autres actions").click()
    page.get_by_role("menuitem", name=label).click()


def test_a_refund_marks_once_and_puts_back_once(acting, visitor):
    """The panel's refund, clicked twice in a row: one mark, one unit back."""
    page = visitor.open(f"{acting.address}/commandes")
    drawer = Orders(page).infos(1)
    expect(drawer.get_by_text("N° A11", exact=True)).to_be_visible()
    _more(drawer, page, "Rembourser")
    expect(drawer.get_by_text("Remboursable au plus : 10,00 €")).to_be_visible()

    drawer.get_by_role("button", name="Marquer comme remboursée").dblclick()

    expect(drawer.get_by_text("l’argent reste à rendre")).to_be_visible()
    expect(drawer.get_by_text("Remboursée · à effectuer")).to_be_visible()
    assert _kinds(acting, "A11") == ["refunded"]
    assert _on_hand(acting) == 1
    assert _order(acting, "A11").payment_status == "refunded"

    drawer.get_by_role("button", name="Retirer la marque", exact=True).click()
    expect(drawer.get_by_text("1 unité ressortira du stock.")).to_be_visible()
    settled(page)
    drawer.get_by_role("button", name="Retirer la marque de remboursement").click()
    expect(drawer.get_by_text("Marque de remboursement retirée.")).to_be_visible()
    assert _on_hand(acting) == 0


def test_a_cancellation_asks_and_offers_the_refund(acting, visitor):
    """« Annulé » opens the form; nothing changes before it is confirmed."""
    page = visitor.open(f"{acting.address}/commandes")
    drawer = Orders(page).infos(1)
    drawer.get_by_role("radio", name="Annulé").click()
    expect(drawer.get_by_text("1 unité reviendra en stock.")).to_be_visible()
    assert _order(acting, "A11").status == "new"
    settled(page)
    drawer.get_by_text("Marquer aussi comme remboursée").click()
    settled(page)
    also = drawer.get_by_role("switch", name=re.compile("^Marquer aussi"))
    expect(also).to_be_checked()

    drawer.get_by_role("button", name="Annuler la commande").click()

    expect(drawer.get_by_text("Remboursée · à effectuer")).to_be_visible()
    assert _kinds(acting, "A11") == ["cancelled", "refunded"]
    assert _on_hand(acting) == 1


def test_a_status_a_tag_a_note_and_a_parcel(acting, visitor):
    """What staff do all day stands in the activity, and the list shows it."""
    page = visitor.open(f"{acting.address}/commandes")
    drawer = Orders(page).infos(1)
    drawer.get_by_role("radio", name="En cours").click()
    expect(drawer.get_by_text("Statut changé.")).to_be_visible()
    drawer.get_by_role("combobox", name="Étiquettes").fill("Fragile")
    page.keyboard.press("Enter")
    expect(drawer.get_by_text("Étiquette ajoutée.")).to_be_visible()
    _more(drawer, page, "Ajouter une note")
    drawer.get_by_label("Note", exact=True).fill("Appeler *avant* 18 h")
    drawer.get_by_role("button", name="Ajouter la note").click()
    expect(drawer.get_by_text("Note ajoutée.")).to_be_visible()
    note = drawer.get_by_test_id("stText").get_by_text("Appeler *avant* 18 h")
    expect(note).to_be_visible()
    drawer.get_by_role("button", name="Ajouter un numéro de suivi").click()
    drawer.get_by_label("Numéro de suivi").fill("1Z999AA10123456784")
    expect(drawer.get_by_text("Lien : https://www.ups.com/")).to_be_visible()
    settled(page)
    drawer.get_by_role("button", name="Ajouter le numéro de suivi").click()
    expect(drawer.get_by_role("link", name="Suivre le colis")).to_be_visible()
    settled(page)
    drawer.get_by_role("button", name="Corriger", exact=True).click()
    number = drawer.get_by_label("Numéro de suivi")
    expect(number).to_have_value("1Z999AA10123456784")
    number.fill("1Z999AA10123456785")
    expect(drawer.get_by_text(re.compile("^Lien : .*785"))).to_be_visible()
    settled(page)
    drawer.get_by_role("button", name="Corriger le numéro de suivi").click()
    expect(drawer.get_by_text("Numéro de suivi corrigé.")).to_be_visible()
    expect(drawer.get_by_text("1Z999AA10123456785")).to_be_visible()

    kinds = ["status", "tagged", "noted", "tracked", "tracking_changed"]
    assert _kinds(acting, "A11") == kinds
    closed(page)
    cells = Orders(page).table.locator("tr", has_text="A11")
    expect(cells.first).to_contain_text("En cours")


def test_a_payment_is_noted_and_voided(acting, visitor):
    """A deposit as people type it, then taken back."""
    page = visitor.open(f"{acting.address}/commandes")
    drawer = Orders(page).infos(0)
    _more(drawer, page, "Marquer comme payée")
    amount = drawer.get_by_label("Montant (EUR)")
    expect(amount).to_have_value("10,00")
    amount.fill("2,50")
    amount.press("Tab")

    drawer.get_by_role("button", name="Marquer comme payée").click()
    expect(drawer.get_by_text("Paiement noté.")).to_be_visible()
    settled(page)
    drawer.get_by_role("button", name="Retirer ce paiement").click()
    expect(drawer.get_by_text("Il ne comptera plus comme encaissé.")).to_be_visible()
    settled(page)
    drawer.get_by_role("button", name="Retirer ce paiement").click()
    expect(drawer.get_by_text("Paiement retiré.")).to_be_visible()

    assert _kinds(acting, "A12") == ["paid", "payment_voided"]


def test_one_click_adds_a_number_that_was_just_typed(acting, visitor):
    """The click that ends the typing is the click that counts; the carrier is known."""
    page = visitor.open(f"{acting.address}/commandes")
    drawer = Orders(page).infos(1)
    drawer.get_by_role("button", name="Ajouter un numéro de suivi").click()
    number = drawer.get_by_label("Numéro de suivi")
    number.wait_for()
    settled(page)
    confirm = drawer.get_by_role("button", name="Ajouter le numéro de suivi")
    confirm.scroll_into_view_if_needed()
    box = confirm.bounding_box()
    number.focus()
    page.keyboard.insert_text("1Z999AA10123456784")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    expect(drawer.get_by_text("Numéro de suivi ajouté.")).to_be_visible()
    expect(drawer.get_by_role("link", name="Suivre le colis")).to_be_visible()
    assert _kinds(acting, "A11") == ["tracked"]

    settled(page)
    drawer.get_by_role("button", name="Ajouter un numéro de suivi").click()
    settled(page)
    drawer.get_by_label("Numéro de suivi").fill("??")
    drawer.get_by_role("button", name="Ajouter le numéro de suivi").click()
    expect(drawer.get_by_text("Le transporteur n’est pas choisi.")).to_be_visible()
    assert _kinds(acting, "A11") == ["tracked"]


def test_somebody_else_was_faster(acting, visitor):
    """An order that changed meanwhile is not overwritten: the panel says so."""
    page = visitor.open(f"{acting.address}/commandes")
    drawer = Orders(page).infos(1)
    with acting.shop() as shop:
        notes.note(shop.store, Order("A11"), "Déjà fait", actor="Paul")

    drawer.get_by_role("radio", name="Terminé").click()

    expect(drawer.get_by_text("Impossible")).to_be_visible()
    expect(drawer.get_by_text("Déjà fait", exact=True)).to_be_visible()
    settled(page)
    assert _order(acting, "A11").status == "new"
    drawer.get_by_role("radio", name="Terminé").click()
    expect(drawer.get_by_text("Statut changé.")).to_be_visible()


def test_a_tag_takes_two_gestures_and_can_be_undone(acting, visitor):
    """The arrow, then the tag; « Annuler l’action » takes it off again."""
    page = visitor.open(f"{acting.address}/commandes")
    Orders(page).choose(2, "VIP")
    expect(
        page.get_by_text("Ajouter une étiquette : 1 commande changée")
    ).to_be_visible()
    assert _kinds(acting, "A10") == ["tagged"]

    page.get_by_role("button", name="Annuler l’action").click()

    expect(page.get_by_text("Action annulée")).to_be_visible()
    assert _kinds(acting, "A10") == ["tagged", "untagged"]


def test_the_panel_goes_from_order_to_order(acting, visitor):
    """Next and previous follow the list; the drawer stays open."""
    page = visitor.open(f"{acting.address}/commandes?status=cancelled")
    drawer = Orders(page).infos(0)
    expect(drawer.get_by_text("N° A12", exact=True)).to_be_visible()
    expect(drawer.get_by_role("button", name="Précédente")).to_be_disabled()

    drawer.get_by_role("button", name="Suivante").click()

    expect(drawer.get_by_text("N° A09", exact=True)).to_be_visible()


def test_several_orders_are_archived_and_brought_back(acting, visitor):
    """Ticked, looked at, applied, undone; the active list loses and regains them."""
    page = visitor.open(f"{acting.address}/commandes")
    orders = Orders(page)
    orders.tick(0)
    orders.tick(2)
    expect(page.get_by_text(re.compile("2 sélectionnées"))).to_be_visible()
    page.get_by_role("button", name="Archiver").click()
    expect(page.get_by_text("Aperçu avant application")).to_be_visible()

    page.get_by_role("button", name="Appliquer à 2 commandes").click()

    expect(page.get_by_text("Archiver : 2 commandes changées")).to_be_visible()
    settled(page)
    assert Orders(page).numbers[:3] == ["A11", "A09", "A08"]
    page.get_by_role("button", name="Annuler l’action").click()
    expect(page.get_by_text("Action annulée")).to_be_visible()
    settled(page)
    assert Orders(page).numbers[:3] == ["A12", "A11", "A10"]


def test_what_is_ticked_stays_ticked_for_a_second_action(acting, visitor):
    """A tag leaves the selection and its undo within reach; new orders move neither."""
    page = visitor.open(f"{acting.address}/commandes")
    orders = Orders(page)
    orders.tick(1)
    orders.tick(2)
    expect(page.get_by_text(re.compile("2 sélectionnées"))).to_be_visible()
    page.get_by_role("button", name="Ajouter une étiquette").click()
    page.get_by_role("menuitem", name="VIP").click()
    page.get_by_role("button", name="Appliquer à 2 commandes").click()
    expect(
        page.get_by_text("Ajouter une étiquette : 2 commandes changées")
    ).to_be_visible()
    expect(page.get_by_text(re.compile("2 sélectionnées"))).to_be_visible()
    expect(page.get_by_role("button", name="Annuler l’action")).to_be_visible()

    settled(page)
    with acting.shop() as shop:
        shop.order("NEW1", at=NOON + timedelta(days=1))
    page.get_by_role("button", name="Changer le statut").click()
    page.get_by_role("menuitem", name="Terminé").click()
    page.get_by_role("button", name="Appliquer à 2 commandes").click()
    expect(page.get_by_text("Changer le statut : 2 commandes changées")).to_be_visible()
    settled(page)

    assert Orders(page).numbers[0] == "NEW1"
    expect(page.get_by_text(re.compile("2 sélectionnées"))).to_be_visible()
    page.get_by_role("button", name="Archiver").click()
    page.get_by_role("button", name="Appliquer à 2 commandes").click()
    expect(page.get_by_text("Archiver : 2 commandes changées")).to_be_visible()
    for number in ("A11", "A10"):
        assert _kinds(acting, number) == ["tagged", "status", "archived"]


def test_closing_the_dialog_does_not_stop_the_work(tmp_path, visitor):
    """Many orders, the dialog closed in the middle: all are done, and reported."""

    def many(shop):
        told = [{"number": f"M{n}", "at": NOON} for n in range(600)]
        shop.bring(shop.incoming(told))

    with served(tmp_path / "data", many) as running:
        page = visitor.open(f"{running.address}/commandes?size=25")
        orders = Orders(page)
        box = orders.canvas.bounding_box()
        page.mouse.click(box["x"] + TICKS // 2, box["y"] + ROW // 2)
        page.get_by_text("Les 600 commandes filtrées").click()
        settled(page)
        page.get_by_role("button", name="Archiver").click()
        page.get_by_role("button", name="Appliquer à 600 commandes").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text(re.compile(r"^\d+ / 600$")).wait_for()
        page.keyboard.press("Escape")
        dialog.wait_for(state="detached")

        expect(page.get_by_text("Archiver : 600 commandes changées")).to_be_visible()


def test_the_focus_stays_where_the_person_was(acting, visitor):
    """From the table to Infos, through a status, back to Infos: by keyboard."""
    page = visitor.open(f"{acting.address}/commandes")
    Orders(page)
    _tick_by_keyboard(page, 1)
    # Only the table's own buttons stand between.
    _tab_to(page, "Infos", back=True, within=6)
    focused = page.locator("button:focus")
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("radio", name="En cours").focus()
    page.keyboard.press("Enter")
    expect(drawer.get_by_text("Statut changé.")).to_be_visible()
    settled(page)
    expect(focused).to_have_text("En cours")
    closed(page)
    settled(page)
    expect(focused).to_have_text("Infos")


def test_the_orders_ticked_are_the_orders_acted_on(acting, visitor):
    """R23: orders that arrive between the tick and the confirmation are left alone."""
    page = visitor.open(f"{acting.address}/commandes")
    orders = Orders(page)
    orders.tick(1)
    expect(page.get_by_text(re.compile("1 sélectionnée"))).to_be_visible()
    with acting.shop() as shop:
        shop.order("NEW1")
        shop.order("NEW2")
    page.get_by_role("button", name="Archiver").click()

    page.get_by_role("button", name="Appliquer à 1 commande").click()
    expect(page.get_by_text("Archiver : 1 commande changée")).to_be_visible()

    assert _order(acting, "A11").archived_at is not None
    archived = tables.orders.c.archived_at.is_not(None)
    with acting.shop() as shop, shop.store.reading() as connection:
        count = select(func.count()).select_from(tables.orders).where(archived)
        assert connection.scalar(count) == 1


def test_refunding_several_is_typed(acting, visitor):
    """All filtered orders, refusals told before, a typed word: each refunded once."""
    page = visitor.open(f"{acting.address}/commandes?payment=paid")
    orders = Orders(page)
    for row in range(6):
        orders.tick(row)
    expect(page.get_by_text(re.compile("6 sélectionnées"))).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Autres actions").click()
    page.get_by_role("menuitem", name="Rembourser").click()
    apply = page.get_by_role("button", name="Appliquer à 6 commandes")
    expect(apply).to_be_disabled()
    page.get_by_label("Pour confirmer, tapez").fill("REMBOURSER 6")
    expect(apply).to_be_enabled()

    apply.click()

    expect(page.get_by_text("Rembourser : 6 commandes changées")).to_be_visible()
    # Two of them their source had cancelled: what it took back never comes back here.
    assert _on_hand(acting) == 4
    assert _order(acting, "A01").payment_status == "refunded"


def _press(page, key):
    """Press a key that moves the focus, and wait until it has moved."""
    page.evaluate("window.before = document.activeElement")
    page.keyboard.press(key)
    page.wait_for_function("() => document.activeElement !== window.before")


def _tab_to(page, name, *, back=False, within=80):
    """Go to a button by the Tab key alone."""
    focused = page.locator("button:focus")
    for _step in range(within):
        _press(page, "Shift+Tab" if back else "Tab")
        if focused.count() and name in focused.inner_text():
            return
    pytest.fail(f"Tab does not reach {name}")


def _tick_by_keyboard(page, row):
    """Tick a row: Tab to the table, down to the row, Shift and Space."""
    page.evaluate("document.activeElement.blur()")
    for _step in range(80):
        _press(page, "Tab")
        if page.evaluate("document.activeElement.tagName") == "CANVAS":
            break
    for _step in range(row):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.get_by_text(re.compile("1 sélectionnée"))).to_be_visible()
    settled(page)


def _choose_by_keyboard(page, label):
    """Open the menu that has the focus, and choose an entry of it."""
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name=label).wait_for()
    focused = page.locator("[role=menuitem]:focus")
    for _step in range(20):
        if focused.count() and label in focused.inner_text():
            page.keyboard.press("Enter")
            return
        _press(page, "ArrowDown")
    pytest.fail(f"the arrows do not reach {label}")


def _apply_by_keyboard(page, said):
    expect(page.get_by_role("button", name="Appliquer à 1 commande")).to_be_enabled()
    _tab_to(page, "Appliquer à 1 commande")
    page.keyboard.press("Enter")
    expect(page.get_by_text(said)).to_be_visible()
    settled(page)


def test_the_keyboard_alone_tags_cancels_and_refunds(acting, visitor):
    """Tab, arrows, Space and Enter: no mouse for what is done all day."""
    page = visitor.open(f"{acting.address}/commandes?payment=paid&status=new")
    Orders(page)
    _tick_by_keyboard(page, 0)
    _tab_to(page, "Ajouter une étiquette", back=True)
    _choose_by_keyboard(page, "VIP")
    _apply_by_keyboard(page, "Ajouter une étiquette : 1 commande changée")

    # It is still ticked: one does a second thing with it.
    _tab_to(page, "Autres actions", back=True)
    _choose_by_keyboard(page, "Rembourser")
    _apply_by_keyboard(page, "Rembourser : 1 commande changée")

    _tick_by_keyboard(page, 0)
    _tab_to(page, "Annuler", back=True)
    page.keyboard.press("Enter")
    _apply_by_keyboard(page, "Annuler : 1 commande changée")

    assert _kinds(acting, "A11") == ["tagged", "refunded"]
    assert _kinds(acting, "A07") == ["cancelled"]


@pytest.mark.parametrize("visitor", ["phone"], indirect=True)
def test_a_thumb_tags_cancels_and_refunds(acting, visitor):
    """At 390 pixels the panel does it all, and fits."""
    page = visitor.open(f"{acting.address}/commandes")
    orders = Orders(page)
    orders.canvas.scroll_into_view_if_needed()
    box = orders.canvas.bounding_box()
    page.touchscreen.tap(box["x"] + 32 + 72 + 30, box["y"] + 34 * 2 + 17)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("N° A11", exact=True)).to_be_visible()
    drawer.get_by_role("combobox", name="Étiquettes").tap()
    page.get_by_role("option", name="VIP").tap()
    expect(drawer.get_by_text("Étiquette ajoutée.")).to_be_visible()
    drawer.get_by_role("button", name="Autres actions").tap()
    page.get_by_role("menuitem", name="Rembourser").tap()
    drawer.get_by_role("button", name="Marquer comme remboursée").tap()
    expect(drawer.get_by_text("Remboursée · à effectuer")).to_be_visible()
    drawer.get_by_role("button", name="Autres actions").tap()
    page.get_by_role("menuitem", name="Annuler").tap()
    drawer.get_by_role("button", name="Annuler la commande").tap()
    expect(drawer.get_by_text("Commande annulée.")).to_be_visible()

    assert _kinds(acting, "A11") == ["tagged", "refunded", "cancelled"]
    assert _on_hand(acting) == 1
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"]
