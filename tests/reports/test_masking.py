"""Who needs no detail sees none: list, panel, conversations, exports, search."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import reopened

from commandes import access, personal
from commandes.access import Role
from commandes.actions import messages, refunds
from commandes.actions.orders import Order
from commandes.actions.views import save as save_view
from commandes.documents import delivery_notes
from commandes.errors import BadFilter, NotAllowed
from commandes.reports import (
    carts,
    conversations,
    detail,
    orders,
    transactions,
    views,
)
from commandes.reports import refunds as marks
from commandes.reports.export import FORMATS, export
from commandes.reports.filters import OrderFilter

ADDRESS = (
    '{"name":"Zoé Quimper","line1":"12 rue du Phare","city":"Douarnenez",'
    '"zip":"29100","country":"FR","phone":"+33655190177"}'
)
SECRETS = ("zoé", "quimper", "zoe@", "phare", "douarnenez", "55190177", "192.0.2.77")


@contextmanager
def acting(role):
    with access.acting_as(access.logged_in(7, role, "Ana")):
        yield


@pytest.fixture
def telling(shop):
    """An order whose every text names its customer."""
    shop.order(
        "Q1",
        customer_name="Zoé Quimper",
        email="zoe@quimper.example.org",
        phone="+33655190177",
        ip_address="192.0.2.77",
        user_agent="Zoé",
        billing_address=ADDRESS,
        shipping_address=ADDRESS,
        notes=["Zoé Quimper, 12 rue du Phare"],
        lines=[
            {
                "sku": "LAMP",
                "title": "Lampe",
                "price": 1000,
                "details": {"attendee": "Zoé", "event": "Bal"},
            }
        ],
        paid=[
            {
                "amount": 1000,
                "reference": "virement Quimper",
                "means": "PayPal zoe@quimper.example.org",
                "provider": "Zoé",
            }
        ],
    )
    refunds.refund(shop.store, Order("Q1"), reason="Zoé a changé d’avis", actor="Inès")
    messages.message(
        shop.store, Order("Q1"), "Pour Zoé", "Bonjour Zoé Quimper", actor="Inès"
    )
    return shop


def everything(snap, store, folder):
    """What the reports tell of customers, as one text."""
    page = orders.page(snap, OrderFilter())
    said = [page.rows.to_dicts(), marks.to_do(snap).to_dicts()]
    said += [detail.order(store, "Q1"), conversations.conversations(store)]
    said += [conversations.problems(store), carts.__name__]
    said += [transactions.transactions(snap, OrderFilter(archived="all")).to_dicts()]
    for form in FORMATS:
        for lines in (False, True):
            path = folder / f"{lines}.{form}"
            export(snap, OrderFilter(), format=form, path=path, lines=lines)
            said.append(reopened.rows(path, form))
    return repr(said).lower()


def test_finance_sees_no_customer_in_detail(telling, store, mirror, tmp_path):
    """Nothing of name, e-mail, telephone, street, IP address in any report or file."""
    with mirror.snapshot() as snap, acting(Role.FINANCE):
        said = everything(snap, store, tmp_path)

    assert [secret for secret in SECRETS if secret in said] == []
    assert "z*** q***" in said
    assert "z…@q…" in said
    assert "country" in said


def test_others_see_them_whole(telling, store, mirror, tmp_path):
    """The same reports for who may: so the test above can fail."""
    with mirror.snapshot() as snap:
        said = everything(snap, store, tmp_path)

    assert [secret for secret in SECRETS if secret not in said] == []


@pytest.mark.parametrize("role", [Role.MANAGER, Role.STAFF])
def test_the_desk_needs_them(telling, store, role):
    """Who writes to customers knows them."""
    with acting(role):
        assert detail.order(store, "Q1").customer.name == "Zoé Quimper"


@pytest.mark.parametrize(
    "words", ["zoé", "zoe@quimper.example.org", "quimper", "example.org", "Q1 quimper"]
)
def test_a_search_is_no_oracle(telling, mirror, words):
    """Who sees masked customers finds none by them; articles and numbers are found."""

    def found(search):
        return orders.summary(snap, OrderFilter(search=search)).count

    with mirror.snapshot() as snap:
        assert found(words) == 1
        with acting(Role.FINANCE):
            assert found(words) == 0
            assert found("q1 lampe") == 1
            assert orders.of_customer(snap, "z…@q…", but=0).is_empty()


def test_delivery_notes_bear_addresses(telling, store, tmp_path):
    """Who sees none makes none."""
    with acting(Role.FINANCE), pytest.raises(NotAllowed):
        delivery_notes(store, [1], tmp_path / "n.pdf")


@pytest.mark.parametrize(
    ("mask", "given", "shown"),
    [
        (personal.masked_name, "Ana Martin", "A*** M***"),
        (personal.masked_name, None, None),
        (personal.masked_email, "ana@example.org", "a…@e…"),
        (personal.masked_email, "Ana", "A***"),
        (personal.masked_email, "", ""),
        (personal.masked_phone, "+33 6 55 19 01 77", "…77"),
        (personal.masked_ip, "192.0.2.77", "…"),
    ],
)
def test_masks(mask, given, shown):
    """An initial, two digits: enough to tell two apart, too little to know one."""
    assert mask(given) == shown


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("Remboursé à camille75@mail.example", "Remboursé à …"),
        ("pour Elodie LEFEVRE, merci", "pour …, merci"),
        ("appeler 06 12.34-56 78 demain", "appeler … demain"),
        ("+33612345678", "…"),
        ("commande 40815145 de la lampe", "commande 40815145 de la lampe"),
        ("pi_5479746808971139", "pi_5479746808971139"),
        ("12, RUE DU PHARE", "…"),
        ("rue du marché", "rue du marché"),
        # The accent as a sign of its own, as macOS writes it.
        ("pour E\u0301lodie Lefe\u0300vre", "pour …"),
    ],
)
def test_texts_name_nobody_in_any_spelling(told, left):
    """Whatever the case, the accents and how digits are grouped."""
    known = ("Élodie Lefèvre", "Élodie", "Lefèvre", "+33 6 12 34 56 78")
    assert personal.masked_text(told, (*known, "12 rue du Phare")) == left


def test_an_order_of_rows_tells_no_names(telling, mirror):
    """Masked customers are not sorted by what they are called."""
    with mirror.snapshot() as snap, acting(Role.FINANCE):
        for sort in ("customer_asc", "customer_desc"):
            with pytest.raises(BadFilter):
                orders.page(snap, OrderFilter(), sort=sort)
        assert orders.sort_from_query(["customer_asc"])[0] == "newest"
    with mirror.snapshot() as snap:
        assert orders.page(snap, OrderFilter(), sort="customer_asc").rows.height == 1


def test_views_of_others_name_nobody(store):
    """A view that searches for somebody is for those who may see them."""
    for name, query in (
        ("Ana", "search=ana%40example.org"),
        ("Payées", "payment=paid"),
    ):
        save_view(store, name, query, actor="Inès")

    assert len(views.saved_views(store)) == 2
    with acting(Role.FINANCE):
        assert [view.name for view in views.saved_views(store)] == ["Payées"]
        save_view(store, "À moi", "search=A12", actor="f")
        assert [view.name for view in views.saved_views(store)] == ["À moi", "Payées"]
