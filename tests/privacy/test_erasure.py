"""R21: who was erased is nowhere any more; amounts, figures and chain are untouched."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from traces import CUSTOMERS, Customer, entries, found, kept, leave_files, leave_traces

from commandes import access, privacy
from commandes.actions import erase, messages, notes, objections, status
from commandes.actions.orders import Order
from commandes.errors import ErasureRefused, OrderNotFound
from commandes.intake import merge
from commandes.mirror import Mirror
from commandes.reports import detail, sales
from commandes.reports.breakdown import breakdown
from commandes.reports.filters import OrderFilter
from commandes.reports.verify import verify
from commandes.store import open_store, tables

ONE = CUSTOMERS[0]


def figures(mirror):
    """The reports of money, and the list's own totals."""
    wanted = OrderFilter(archived="all", dated="paid")
    with mirror.snapshot() as snap:
        return [
            sales.sales(snap, wanted, by="month").rows(),
            *(breakdown(snap, wanted, of).rows() for of in ("module", "country")),
        ]


def erase_all(store, settings, mirror):
    for one in CUSTOMERS:
        yield privacy.erase(store, settings, one.email, mirror=mirror, actor="Inès")


def test_nothing_of_twenty_customers_is_left(shop, store, settings, mirror):
    """Bytes of store, WAL, mirrors, outbox, inbox, exports and logs hold no trace."""
    leave_traces(shop, CUSTOMERS)
    leave_files(settings.data_dir)
    other = Mirror(store, settings)
    with mirror.snapshot(), other.snapshot():
        assert found(settings.data_dir, [ONE.word])
    other.close()  # its file lies idle, as that of a process that has ended
    before, journal, money = kept(store), entries(store), figures(mirror)
    every = [trace for one in CUSTOMERS for trace in one.traces]
    assert len(found(settings.data_dir, every)) > len(CUSTOMERS)

    (settings.data_dir / "memo").unlink()  # which only a person may
    outcomes = list(erase_all(store, settings, mirror))

    assert all(outcome.compacted for outcome in outcomes)
    assert found(settings.data_dir, every) == []
    assert kept(store) == before
    assert figures(mirror) == money
    assert entries(store)[: len(journal)] == journal
    assert verify(store, mirror).ok
    assert list(settings.data_dir.glob("mars.*")) == []
    log = (settings.data_dir / "logs" / "app.log").read_text("utf-8")
    assert log.startswith("début")
    assert log.endswith("fin\n")
    assert (settings.data_dir / "notes.txt").exists()
    # He objected once, and is still never written to.
    assert objections.among(store, {ONE.email}) == {ONE.email}


def test_a_dry_run_says_the_same_and_touches_nothing(shop, store, settings):
    """Counts and files are those of the erasure that follows."""
    leave_traces(shop)
    leave_files(settings.data_dir)
    rows, journal = kept(store), entries(store)

    planned = privacy.outlook(store, settings, ONE.email)
    assert (kept(store), entries(store)) == (rows, journal)
    assert (settings.data_dir / "mars.csv").exists()
    done = privacy.erase(store, settings, ONE.email, actor="Inès")

    assert planned.receipt.result == done.receipt.result
    assert done.receipt.result == {
        "orders": 1,
        "lines": 1,
        "notes": 2,
        "messages": 2,
        "parcels": 2,
        "references": 3,
        "views": 1,
        "texts": 5,
    }
    forms = ("csv", "html", "parquet", "xlsx")
    assert planned.files.removed == tuple(f"mars.{form}" for form in forms)
    assert planned.files.by_hand == ("memo", "sauvegarde.db")
    assert planned.files.logs == ("logs/app.log",)


def test_no_spelling_and_no_column_keeps_them(shop, store, settings):
    """In the orders of others: a present, a link, a note without accents, a number."""
    told = {"name": "Élodie Quimper", "line1": "99 rue Unique", "phone": "+33612345678"}
    address = json.dumps(told | {"city": "Lyon", "country": "FR"}, ensure_ascii=False)
    email = "elodie.q@example.org"
    shop.order(
        "1",
        customer_name="Élodie Quimper",
        email=email,
        phone="+33612345678",
        billing_address=address,
    )
    shop.order(
        "2",
        customer_name="Ana Martin",
        email="ana@example.org",
        shipping_address=address,
        channel=email,
        discount_codes=email.upper(),
        cart_url=f"https://shop.example.org/?for={email}",
        lines=[{"sku": "GIFT", "title": f"Carte pour {email}", "price": 1000}],
        paid=[{"amount": 1000, "means": email, "provider": f"PayPal {email}"}],
        notes=["pour ELODIE QUIMPER, 06 12.34 56-78, 99, Rue unique ; 40612345 reste"],
        shipments=[
            {"carrier": "UPS", "number": "N1", "url": f"https://u.example/{email}"}
        ],
    )
    amounts = detail.order(store, "2").sums

    privacy.erase(store, settings, email, actor="Inès")

    left = detail.order(store, "2")
    said = repr(left).lower()
    for trace in ("elodie", "élodie", "quimper", "unique", "45678", "56-78", "lyon"):
        assert trace not in said, trace
    assert left.customer.name == "Ana Martin"
    assert left.customer.shipping == {"country": "FR"}
    assert "40612345 reste" in left.notes[0].text
    assert left.sums == replace(amounts, discount_codes=None)


def test_a_bare_number_in_a_lines_facts_stays_a_fact():
    """What was JSON is JSON afterwards, whatever looks like a telephone number."""
    assert erase._redacted('{"ref": 33612345678}', ["+33612345678"]) == (
        '{"ref": 33612345678}'
    )
    assert "612345678" not in erase._redacted('{"ref": "0612345678"}', ["+33612345678"])


def test_a_customer_of_many_orders_is_erased_whole(shop, store, settings):
    """More than are searched one by one; what was done to others stays as told."""
    numbers = [f"M{n}" for n in range(60)]
    for number in (*numbers, "other"):
        email = "b@example.org" if number == "other" else ONE.email
        shop.order(number, email=email)
        said = f"Bonjour {ONE.word}"
        notes.note(store, Order(number), said, actor="Inès", key=f"k-{number}")
        status.archive(store, Order(number), actor="Inès", key=f"a-{number}")
    with store.writing("Inès") as writer:
        # One that no file told anything of.
        told = tables.import_values
        of_other = told.c.order_id == shop.id_of("other")
        writer.connection.execute(told.delete().where(of_other))
    privacy.erase(store, settings, ONE.email, actor="Inès")
    privacy.erase(store, settings, "b@example.org", actor="Inès")

    c = tables.receipts.c
    with store.reading() as connection:
        rows = connection.execute(select(c.key, c.result)).all()
    told = {key: json.loads(result) for key, result in rows}
    assert all(told[f"k-{number}"]["result"]["erased"] for number in numbers)


def test_an_erasure_writes_no_personal_data_of_its_own(shop, store, settings):
    """Neither journal nor receipt names whom it was about."""
    leave_traces(shop)
    privacy.erase(store, settings, ONE.email, actor="Inès", key="k")

    with store.reading() as connection:
        said = [*connection.execute(select(tables.receipts)).all()]
        said += connection.execute(select(tables.erasures)).all()
    assert ONE.word.lower() not in repr([*said, *entries(store)]).lower()


@pytest.mark.parametrize("twice", [1, 2])
def test_a_file_does_not_bring_him_back(shop, store, settings, mirror, twice):
    """The same file again changes nothing, and says whom it left out."""
    leave_traces(shop)
    told = shop.incoming([one.told() for one in CUSTOMERS[:2]])
    privacy.erase(store, settings, ONE.email, mirror=mirror, actor="Inès")
    before = kept(store)

    for _time in range(twice):
        assert merge.preview(store, told).erased == 1
        report = shop.bring(told)

    assert (report.erased, report.orders_new, report.orders_updated) == (1, 0, 0)
    assert kept(store) == before
    assert found_in_store(store, settings, ONE) == []
    with mirror.snapshot():
        assert verify(store, mirror).ok


def found_in_store(store, settings, one):
    store.compact()
    return [
        path for path in found(settings.data_dir, one.traces) if "commandes.db" in path
    ]


def test_a_later_file_of_an_erased_order_still_counts_its_money(shop, store, settings):
    """Payments, states and quantities go on; texts do not."""
    shop.order(**ONE.told(paid=None))
    privacy.erase(store, settings, ONE.email, actor="Inès")

    report = shop.bring(shop.incoming([ONE.told(status="done")]))

    assert report.orders_updated == 1
    order = detail.order(store, ONE.number)
    assert (order.payment, order.status) == ("paid", "done")
    assert found_in_store(store, settings, ONE) == []


def test_older_orders_of_an_erased_e_mail_come_in_blank(shop, store, settings):
    """An order that the store never had is known by its e-mail; a new one is not."""
    shop.order(**ONE.told())
    privacy.erase(store, settings, ONE.email, actor="Inès")

    older = ONE.told("P90", at=datetime(2025, 1, 1, tzinfo=UTC))
    later = ONE.told("P91", at=datetime.now(UTC) + timedelta(days=1))
    report = shop.bring(shop.incoming([older, later]))

    assert report.erased == 1
    assert detail.order(store, "P90").customer.email is None
    assert detail.order(store, "P91").customer.email == ONE.email


def test_an_erasure_amid_an_import_holds(shop, store, settings, monkeypatch):
    """Batches that were made ready before are made ready anew."""
    monkeypatch.setattr(merge, "BATCH", 2)
    shop.order(**ONE.told())
    told = [one.told() for one in CUSTOMERS[4:]] + [ONE.told("P92")]

    def in_between(done, total):
        if done == 2:
            privacy.erase(store, settings, ONE.email, actor="Inès")

    report = merge.run(
        store,
        shop.incoming(told),
        file_name="f.csv",
        file_digest="f" * 64,
        actor="Inès",
        progress=in_between,
    )

    assert report.orders_new == len(told)
    assert found_in_store(store, settings, ONE) == []


def test_an_order_without_e_mail_is_erased_by_its_number(shop, store, settings):
    """One with an e-mail is not: its customer may have others."""
    shop.order(**ONE.told(email=None))
    shop.order(**CUSTOMERS[1].told())

    done = privacy.erase(store, settings, order=Order(ONE.number), actor="Inès")

    assert done.receipt.result["orders"] == 1
    assert found_in_store(store, settings, ONE) == []
    with pytest.raises(ErasureRefused, match="e-mail"):
        erase.erase(store, order=Order("P02"), actor="Inès")
    with pytest.raises(OrderNotFound):
        erase.erase(store, order=Order("nulle part"), actor="Inès")
    with pytest.raises(ErasureRefused):
        erase.erase(store, actor="Inès")


def test_nobody_is_erased_while_a_message_is_being_sent(shop, store, settings):
    """The worker holds its text: nothing is touched, files included."""
    leave_traces(shop)
    leave_files(settings.data_dir)
    with store.writing("outbox") as writer:
        c = tables.messages.c
        writer.connection.execute(
            update(tables.messages).where(c.id == 1).values(state="sending")
        )
    before = (kept(store), entries(store))

    with pytest.raises(ErasureRefused):
        privacy.erase(store, settings, ONE.email, actor="Inès")

    assert (kept(store), entries(store)) == before
    assert (settings.data_dir / "mars.csv").exists()


def test_what_is_still_to_be_delivered_is_said_before(shop, store, settings):
    """Orders that nobody could deliver afterwards; not those done, nor carts."""
    shop.order("open", email=ONE.email, paid=1000)
    shop.order("begun", email=ONE.email.upper(), status="in_progress")
    shop.order("done", email=ONE.email, status="done")
    shop.order("cart", email=ONE.email, is_cart=True)
    shop.order("other", email="b@example.org")

    planned = privacy.outlook(store, settings, ONE.email)
    assert planned.unserved == ("open", "begun")
    privacy.erase(store, settings, ONE.email, actor="Inès")
    assert privacy.outlook(store, settings, ONE.email).unserved == ()


def test_somebody_unknown_is_a_message_not_a_change(shop, store, settings):
    """Nothing is written of an address that nobody has."""
    shop.order("1")
    head = store.head()

    done = privacy.erase(store, settings, "zoe@example.org", actor="Inès")

    assert not done.receipt.changed
    assert done.receipt.message
    assert store.head() == head


def test_a_homonym_keeps_what_is_about_them(shop, store, settings):
    """A name that two customers bear is no trace; an e-mail is."""
    shop.order("1", customer_name="Paul Petit", email="paul@example.org")
    shop.order(
        "2",
        customer_name="Paul Petit",
        email="petit@example.org",
        notes=["Paul Petit passera", "écrire à paul@example.org"],
    )

    privacy.erase(store, settings, "paul@example.org", actor="Inès")

    assert [note.text for note in detail.order(store, "2").notes] == [
        "Paul Petit passera",
        "écrire à [effacé]",
    ]
    assert detail.order(store, "2").customer.name == "Paul Petit"


def test_what_was_erased_is_never_numbered_again(shop, store, settings):
    """A later message does not take the number that the journal gave another."""
    leave_traces(shop)
    last = Customer(2)
    with store.reading() as connection:
        highest = connection.scalar(select(func.max(tables.messages.c.id)))
    privacy.erase(store, settings, last.email, actor="Inès")

    messages.message(store, Order("X1"), "Suite", "Bonjour", actor="Inès")

    with store.reading() as connection:
        assert connection.scalar(select(func.max(tables.messages.c.id))) > highest


def test_a_mirror_of_another_process_is_made_anew(shop, store, settings, mirror):
    """Its file is another one afterwards: blocks that were freed are in none."""
    leave_traces(shop)
    with mirror.snapshot():
        file = mirror.status().file
    before = file.stat().st_ino

    erase.erase(store, ONE.email, actor="Inès")
    with mirror.snapshot() as snap:
        assert snap.behind == 0

    assert file.stat().st_ino != before
    inside = found(file.parent, ONE.traces)
    assert [path for path in inside if ".duckdb" in path] == []


def test_a_server_forgets_what_another_process_erased(shop, store, settings, mirror):
    """Within a minute, though nobody opens a page."""
    leave_traces(shop)
    with mirror.snapshot():
        pass
    elsewhere = open_store(settings)
    privacy.erase(elsewhere, settings, ONE.email, actor="Inès")
    elsewhere.close()
    made = mirror.generation
    assert any(".duckdb" in path for path in found(settings.data_dir, ONE.traces))

    morning = datetime(2027, 6, 1, 1, tzinfo=settings.zone)
    with access.acting_as(access.KEEPER):
        privacy.daily(store, settings, mirror, now=morning)

    assert mirror.generation == made + 1
    assert found(settings.data_dir, ONE.traces) == []


def test_what_a_crash_left_is_cleaned_later(shop, store, settings, mirror):
    """The store itself says that its file still holds what went."""
    leave_traces(shop)
    erase.erase(store, ONE.email, actor="Inès")

    assert privacy.clean_if_needed(store, settings, mirror)
    assert not privacy.clean_if_needed(store, settings, mirror)
    assert [
        path
        for path in found(settings.data_dir, ONE.traces)
        if path.endswith((".db", "-wal", ".duckdb"))
    ] == []


@pytest.mark.postgres
def test_on_postgresql_no_row_is_left(postgres_store, tmp_path):
    """Rows and mirror hold nothing; dead tuples are the database's matter."""
    from shop import Shop

    settings = postgres_store.settings
    leave_traces(Shop(postgres_store))
    mirror = Mirror(postgres_store, settings)
    before = kept(postgres_store)
    for one in CUSTOMERS[:2]:
        privacy.erase(postgres_store, settings, one.email, mirror=mirror, actor="Inès")
        with postgres_store.reading() as connection:
            rows = [
                row
                for table in tables.metadata.sorted_tables
                for row in connection.execute(select(table))
            ]
        assert one.word.lower() not in repr(rows).lower()
        assert found(settings.data_dir, one.traces) == []

    assert kept(postgres_store) == before
    assert verify(postgres_store, mirror).ok
    mirror.close()
