"""Conversations and templates on screen, over a real small store."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commandes.actions import messages, templates
from commandes.actions.messages import Reply
from commandes.actions.orders import Order
from commandes.store import tables

PAGE = "commandes/conversations.py"
TEMPLATES = "reglages/modeles.py"


def texts(app):
    return [text.value for text in app.text]


def rows(store, table=tables.messages):
    with store.reading() as connection:
        return connection.execute(select(table).order_by(table.c.id)).all()


def state(store, state, **values):
    """What the worker would have noted about the last message."""
    with store.writing("outbox") as writer:
        last = rows(store)[-1].id
        writer.connection.execute(
            tables.messages.update()
            .where(tables.messages.c.id == last)
            .values(state=state, **values)
        )


def wrote(shop, number, subject="Objet", body="Texte"):
    messages.message(shop.store, Order(number), subject, body, actor="ana")


def answered(shop, number, name, body="Oui"):
    reply = Reply(f"<{name}@example.org>", "ana@example.org", "Re: Objet", body)
    messages.receive(shop.store, Order(number), reply, actor="inbox")


def press(app, label):
    """Press the button with these words."""
    (found,) = [button for button in app.button if button.label == label]
    return found.click().run()


def field(app, kind, label):
    (found,) = [one for one in getattr(app, kind) if one.label == label]
    return found


@pytest.fixture
def three(shop):
    """Order 1 was written to, 2 answered, 3 has said nothing."""
    for number, name in (("1", "Ana Martin"), ("2", "Bob Roux"), ("3", "Cy Blanc")):
        shop.order(number, customer_name=name, email=f"c{number}@example.org")
    wrote(shop, "2")
    answered(shop, "2", "a")
    wrote(shop, "1")
    return shop


def test_without_a_conversation_it_says_what_to_do(open_page, shop):
    """And that nothing leaves the house without a mail server."""
    shop.order("1")
    app = open_page(PAGE)

    assert "Aucune conversation pour l’instant" in [s.value for s in app.subheader]
    assert any("COMMANDES_SMTP_URL" in text for text in texts(app))


def test_a_server_that_is_set_needs_no_word(open_page, shop, monkeypatch):
    """The note stands only where there is none."""
    monkeypatch.setenv("COMMANDES_SMTP_URL", "smtp://127.0.0.1:9")
    shop.order("1")

    assert not any("COMMANDES_SMTP_URL" in text for text in texts(open_page(PAGE)))


def test_unread_conversations_stand_first(open_page, three):
    """Then the latest; who, which order, the last subject, its state."""
    app = open_page(PAGE)

    table = app.dataframe[0].value
    assert list(table["number"]) == ["2", "1"]
    assert list(table["unread"]) == ["● 1", ""]
    assert list(table["customer"]) == ["Bob Roux", "Ana Martin"]
    assert list(table["state"]) == ["Reçu", "En attente d’envoi"]
    assert "2 conversations · 1 non lue" in texts(app)


def test_a_conversation_is_read_and_answered(open_page, three):
    """The thread stands oldest first; an answer keeps the subject, and is one."""
    app = open_page(PAGE, commande="2", source="test")
    said = texts(app)
    assert said.index("Texte") < said.index("Oui")
    assert field(app, "text_input", "Objet").value == "Re: Objet"
    field(app, "text_area", "Message").set_value("Merci {client} !").run()
    assert "Merci Bob Roux !" in texts(app)

    press(app, "Envoyer")

    assert not app.exception
    sent = rows(three.store)[-1]
    assert (sent.subject, sent.body) == ("Re: Objet", "Merci Bob Roux !")
    assert (sent.state, sent.in_reply_to) == ("queued", "<a@example.org>")
    assert rows(three.store)[1].read_at is not None
    assert field(app, "text_area", "Message").value == ""
    assert list(app.dataframe[0].value["unread"]) == ["", ""]


@pytest.mark.parametrize("label", ["Envoyer", "Marquer 1 message comme lu"])
def test_what_came_while_one_wrote_stays_unread(open_page, three, label):
    """What was on screen is read, and nothing else."""
    app = open_page(PAGE, commande="2")
    field(app, "text_area", "Message").set_value("Bien").run()
    answered(three, "2", "b")

    press(app, label)

    assert not app.exception
    read = {r.message_id: r.read_at for r in rows(three.store) if r.direction == "in"}
    assert read["<a@example.org>"] is not None
    assert read["<b@example.org>"] is None
    assert "2 conversations · 1 non lue" in texts(app)


def test_a_thread_is_marked_as_read(open_page, three):
    """By its button, without answering."""
    app = open_page(PAGE, commande="2")

    press(app, "Marquer 1 message comme lu")

    assert not app.exception
    assert rows(three.store)[1].read_at is not None
    assert "2 conversations · 0 non lue" in texts(app)


def test_a_double_click_sends_once(open_page, three):
    """The key of a draft is renewed only after its receipt."""
    app = open_page(PAGE, commande="1")
    field(app, "text_input", "Objet").set_value("Un").run()
    field(app, "text_area", "Message").set_value("Texte").run()
    draft = app.session_state[f"draft-{three.id_of('1')}"]
    before = len(rows(three.store))
    press(app, "Envoyer")
    # The second click carries the draft of the first.
    app.session_state[f"draft-{three.id_of('1')}"] = draft
    app.run()
    press(app, "Envoyer")

    assert not app.exception
    assert len(rows(three.store)) == before + 1


def test_a_message_that_waits_is_withdrawn(open_page, three):
    """Beside it in the thread, as long as it has not left."""
    messages.message(three.store, Order("1"), "Un", "Texte", actor="écran")
    app = open_page(PAGE, commande="1")
    waiting = [row for row in rows(three.store) if row.state == "queued"]

    app.button(key=f"withdraw-thread-{waiting[-1].id}").click().run()

    assert not app.exception
    left = [row for row in rows(three.store) if row.state == "queued"]
    assert len(left) == len(waiting) - 1


def test_a_draft_whose_key_has_served_gets_another(open_page, three):
    """An answer was lost: the text written since is refused once, and then sent."""
    app = open_page(PAGE, commande="1")
    draft = app.session_state[f"draft-{three.id_of('1')}"]
    messages.message(
        three.store, Order("1"), "Un", "Texte", actor="écran", key=draft.key
    )
    field(app, "text_input", "Objet").set_value("Deux").run()
    field(app, "text_area", "Message").set_value("Autre texte").run()
    before = len(rows(three.store))

    press(app, "Envoyer")
    assert len(rows(three.store)) == before
    assert field(app, "text_area", "Message").value == "Autre texte"
    press(app, "Envoyer")

    assert not app.exception
    assert [row.subject for row in rows(three.store)[before:]] == ["Deux"]


def test_a_blank_message_is_refused_in_words(open_page, three):
    """What was written stays; nothing is sent."""
    app = open_page(PAGE, commande="1")
    field(app, "text_area", "Message").set_value("Bonjour").run()
    before = len(rows(three.store))

    press(app, "Envoyer")

    assert any("l’objet et le texte sont nécessaires" in text for text in texts(app))
    assert field(app, "text_area", "Message").value == "Bonjour"
    assert len(rows(three.store)) == before


def test_a_customer_without_e_mail_is_not_written_to(open_page, shop):
    """The screen says why there is nothing to fill in."""
    shop.order("1", email=None)
    app = open_page(PAGE, commande="1")

    assert any("n’a pas d’e-mail" in text for text in texts(app))
    assert not app.text_area


def choose(app, label, name):
    """Choose a template by its name."""
    box = field(app, "selectbox", label)
    place = next(n for n, option in enumerate(box.options) if option == name)
    return box.set_value(place).run()


def test_a_template_fills_the_text(open_page, three):
    """With the variables in braces; the preview shows what the customer gets."""
    app = open_page(PAGE, commande="3")

    choose(app, "Modèle", "Retard de livraison")

    assert not app.exception
    assert "{commande}" in field(app, "text_input", "Objet").value
    assert "Objet : Votre commande 3 a du retard" in texts(app)
    assert any("Bonjour Cy Blanc," in text and "10,00 €" in text for text in texts(app))


def test_a_template_never_replaces_one_s_own_words(open_page, three):
    """It is offered; one's own text goes when one says so."""
    app = open_page(PAGE, commande="3")
    field(app, "text_area", "Message").set_value("Mes mots").run()
    choose(app, "Modèle", "Commande prête")
    assert field(app, "text_area", "Message").value == "Mes mots"

    press(app, "Remplacer mon texte par le modèle")

    assert "est prête" in field(app, "text_area", "Message").value


def test_what_cannot_be_filled_is_said(open_page, three):
    """Unknown variables stay as they stand; a formatted attribute reaches nothing."""
    app = open_page(PAGE, commande="3")
    written = "{prenom} {suivi} {client.__class__} {0} {}"
    field(app, "text_area", "Message").set_value(written).run()

    assert "{prenom}  {client.__class__} {0} {}" in texts(app)
    assert "{prenom}" in texts(app)
    assert "{suivi}" in texts(app)


@pytest.mark.parametrize(
    ("label", "becomes", "kind"),
    [
        ("Marquer comme envoyé", "sent", "message_decided"),
        ("Envoyer à nouveau", "queued", "message_decided"),
    ],
)
def test_what_is_in_doubt_is_decided_on_top(open_page, three, label, becomes, kind):
    """Its button stands in the list of what waits for a person, and does it once."""
    state(three.store, "uncertain", error="timed out")
    app = open_page(PAGE)
    assert "Réponse du serveur : timed out" in texts(app)

    press(app, label)

    assert not app.exception
    assert rows(three.store)[-1].state == becomes
    with three.store.reading() as connection:
        kinds = connection.scalars(select(tables.events.c.kind)).all()
    assert kinds.count(kind) == 1
    assert not any(button.label == label for button in app.button)


def test_a_failed_message_is_tried_again_from_its_thread(open_page, three):
    """On top and in the thread, without one being in the other's way."""
    state(three.store, "failed", error="550 unknown")
    app = open_page(PAGE, commande="1")
    again = [button for button in app.button if button.label == "Réessayer"]
    assert len(again) == 2

    again[-1].click().run()

    assert not app.exception
    assert rows(three.store)[-1].state == "queued"


def test_trouble_with_a_server_is_said(open_page, three, monkeypatch):
    """What the servers said stands above the list, with what lies in the mailbox."""
    from commandes.store import facts

    monkeypatch.setenv("COMMANDES_SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("COMMANDES_IMAP_URL", "imap://127.0.0.1:9")
    facts.keep(
        three.store, "outbox", facts.OUTBOX_TROUBLE, "535 wrong", action="carry_mail"
    )
    facts.keep(
        three.store, "inbox", facts.INBOX_TROUBLE, "no such folder", action="carry_mail"
    )
    facts.keep(three.store, "inbox", facts.INBOX_UNSEEN, "3", action="carry_mail")
    said = "\n".join(texts(open_page(PAGE)))

    assert "535 wrong" in said
    assert "no such folder" in said
    assert "3 e-mails restent non lus" in said


def test_a_template_is_made_changed_and_deleted(open_page, shop):
    """The screen of templates, from a new one to none."""
    shop.order("1")
    app = open_page(TEMPLATES)
    field(app, "text_input", "Nom").set_value("Merci").run()
    field(app, "text_input", "Objet").set_value("Merci {client}").run()
    field(app, "text_area", "Message").set_value("À bientôt, {boutique}").run()
    assert "Objet : Merci Ana Martin" in texts(app)
    press(app, "Enregistrer")
    assert not app.exception
    (kept,) = rows(shop.store, tables.message_templates)
    assert (kept.name, kept.language) == ("Merci", "fr")
    assert field(app, "text_input", "Nom").value == "Merci"

    field(app, "text_input", "Nom").set_value("Merci bien").run()
    press(app, "Enregistrer")
    (kept,) = rows(shop.store, tables.message_templates)
    assert kept.name == "Merci bien"

    press(app, "Supprimer ce modèle")
    assert not app.exception
    assert rows(shop.store, tables.message_templates) == []
    assert field(app, "text_input", "Nom").value == ""


def test_a_given_template_becomes_one_s_own(open_page, shop):
    """Saved it replaces the given one everywhere; deleted, that one is back."""
    shop.order("1")
    app = open_page(TEMPLATES)
    field(app, "selectbox", "Modèle").set_value("given-Commande prête").run()
    field(app, "text_area", "Message").set_value("Prête !").run()
    press(app, "Enregistrer")

    assert not app.exception
    names = list(app.dataframe[0].value["name"])
    assert names.count("Commande prête") == 1
    assert "De la boutique" in list(app.dataframe[0].value["origin"])
    press(app, "Supprimer ce modèle")
    assert "De la boutique" not in list(app.dataframe[0].value["origin"])


def test_a_name_that_is_taken_is_said(open_page, shop):
    """What was written stays in the fields."""
    templates.save(shop.store, "Merci", "a", "b", actor="t")
    app = open_page(TEMPLATES)
    for kind, label, value in (
        ("text_input", "Nom", "MERCI"),
        ("text_input", "Objet", "c"),
        ("text_area", "Message", "d"),
    ):
        field(app, kind, label).set_value(value).run()

    press(app, "Enregistrer")

    assert "Un modèle de message s’appelle déjà « MERCI »." in texts(app)
    assert field(app, "text_area", "Message").value == "d"
    assert len(rows(shop.store, tables.message_templates)) == 1
