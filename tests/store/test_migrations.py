"""Tables as the code knows them are those that the migrations make."""

from __future__ import annotations

from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

import commandes.store.migrations
from commandes.errors import StoreError
from commandes.store import engines, indexes, open_store, tables
from commandes.store.store import REVISION


def test_the_revision_in_the_code_is_the_newest_migration():
    """A store that stands there opens without Alembic."""
    config = Config()
    config.set_main_option(
        "script_location", next(iter(commandes.store.migrations.__path__))
    )

    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


# An index over an expression is not looked at; the test below tries it.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_a_migrated_store_has_the_tables_of_the_code(any_store):
    """Nothing forgotten, nothing left over, on both databases."""
    with any_store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, indexes.metadata)

    unseen = ("uq_stock_items", "ix_orders_email_key")
    assert [d for d in differences if not any(u in str(d) for u in unseen)] == []


def add_item(writer):
    writer.insert(tables.stock_items, sku="LAMP", title="Lampe", on_hand=0)


def test_a_sku_has_one_counter_without_a_date(any_store):
    """The unique index holds where the date is empty as well."""
    with any_store.writing("Inès") as writer:
        add_item(writer)

    with pytest.raises(StoreError), any_store.writing("Inès") as writer:
        add_item(writer)


def test_opening_a_store_again_changes_nothing(any_store):
    """Neither tables nor head nor identity."""
    again = open_store(any_store.settings)

    assert again.store_id == any_store.store_id != ""
    assert again.head() == any_store.head()
    again.close()


def test_two_stores_have_two_identities(settings, tmp_path):
    """So a mirror knows whose it is."""
    one = open_store(settings)
    other = open_store(replace(settings, data_dir=tmp_path / "other"))

    assert one.store_id != other.store_id
    one.close()
    other.close()


def test_a_migration_that_fails_leaves_nothing(settings):
    """All tables or none: the next opening begins anew."""
    settings.data_dir.mkdir()
    writing, reading = engines.create(settings)
    with writing.begin() as connection:
        connection.execute(text("create table stock_movements (id integer)"))

    with pytest.raises(StoreError):
        open_store(settings)

    with reading.begin() as connection:
        assert inspect(connection).get_table_names() == ["stock_movements"]
    writing.dispose()
    reading.dispose()


def test_an_older_store_is_brought_up_to_date(settings):
    """What stands in it stays, and the new tables come filled."""
    open_store(settings).close()
    writing, reading = engines.create(settings)
    with writing.begin() as connection:
        for table in ("deliveries", "erasures", "readings"):
            connection.execute(text(f"drop table {table}"))
        connection.execute(text("alter table orders drop column erased_at"))
        connection.execute(text("drop table login_sessions"))
        connection.execute(text("alter table people drop column sessions_valid_from"))
        connection.execute(text("drop table notebooks"))
        connection.execute(text("drop table carriers"))
        connection.execute(text("drop index ix_messages_state"))
        connection.execute(text("alter table messages drop column sender"))
        for index in (
            *("ix_orders_running_carts", "ix_orders_email_key"),
            *("ix_payments_reference", "ix_refunds_reference"),
        ):
            connection.execute(text(f"drop index {index}"))
        connection.execute(text("drop table objections"))
        connection.execute(text("alter table orders drop column cart_url"))
        connection.execute(text("alter table messages drop column unsubscribe_url"))
        connection.execute(text("update alembic_version set version_num = '0001'"))
    writing.dispose()
    reading.dispose()

    store = open_store(settings)

    with store.reading() as connection:
        names = connection.scalars(select(tables.carriers.c.name)).all()
    assert "Mondial Relay" in names
    store.close()
