"""The page of free analyses: written, run, saved, shared; nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from sqlalchemy import select

from commandes.actions import notebooks as acting
from commandes.errors import BadFilter
from commandes.reports.export import results
from commandes.store import tables
from commandes.ui import notebook_charts
from commandes.ui.framing import ACTOR

PAGE = "rapports/analyses.py"
COUNT = {"kind": "sql", "text": "select count(*) as n from orders", "show": "table"}


def texts(app):
    return "\n".join(str(t.value) for t in (*app.text, *app.caption, *app.markdown))


def kept(store):
    c = tables.notebooks.c
    with store.reading() as connection:
        rows = connection.execute(select(c.name, c.shared, c.version).order_by(c.id))
        return [tuple(row) for row in rows]


def cell_key(app, name, place=0):
    return [key for key in _keys(app) if key.startswith(f"{name}-")][place]


def _keys(app):
    return [w.key for kind in (app.text_area, app.button) for w in kind if w.key]


def write(app, sql):
    app.button(key="add_sql").click().run()
    app.text_area(key=cell_key(app, "sql", -1)).set_value(sql).run()
    app.button(key=cell_key(app, "run", -1)).click().run()
    return app


def test_a_question_is_written_and_answered(open_page, shop):
    """The rows, of when they are, and no exception."""
    shop.order("1")
    app = write(open_page(PAGE), "select number, total from orders")

    assert not app.exception
    assert app.dataframe[0].value.to_dict("list") == {"number": ["1"], "total": [1000]}
    assert "1 ligne · données du" in texts(app)
    assert "Modifications non enregistrées" in texts(app)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selec 1", "La requête n’est pas comprise : ligne 1, caractère 1"),
        ("select **a** from orders", "La requête n’est pas comprise"),
        ("from '/etc/passwd'", "il n’y a pas de table « /etc/passwd »"),
        ("drop table orders", "ce n’est pas un SELECT"),
        ("select count(*) from range(9000000000)", "elle durait plus de 0,1 s"),
    ],
)
def test_what_is_refused_is_said_where_it_stands(
    open_page, shop, sql, said, monkeypatch
):
    """A sentence and what to do, as plain text; the page goes on."""
    monkeypatch.setenv("COMMANDES_NOTEBOOK_SECONDS", "0.1" if "range" in sql else "5")
    shop.order("1")
    app = write(open_page(PAGE), sql)

    assert not app.exception
    assert said in "\n".join(text.value for text in app.text)
    assert app.button(key="add_sql")


def test_an_analysis_is_saved_opened_by_its_link_and_deleted(open_page, shop, store):
    """Saved under a name; its link shows it; deleted after a question."""
    shop.order("1")
    app = write(open_page(PAGE), COUNT["text"])
    app.text_input(key="save_as_name").set_value("Combien **?**")
    app.button(key="FormSubmitter:save_as_form-Enregistrer").click().run()

    assert not app.exception
    assert kept(store) == [("Combien **?**", False, 1)]
    assert app.query_params["analyse"] == "1"
    assert "Modifications non enregistrées" not in texts(app)

    other = open_page(PAGE, analyse="1")
    assert other.text_area[0].value == COUNT["text"]
    other.button(key="share").click().run()
    assert kept(store) == [("Combien **?**", True, 2)]
    other.text_input(key="rename_name-1-2").set_value("Combien")
    other.button(key="FormSubmitter:rename_form-Renommer").click().run()
    assert kept(store) == [("Combien", True, 3)]
    other.button(key="delete_sure").click().run()
    assert not other.exception
    assert kept(store) == []
    assert "analyse" not in other.query_params


def test_what_is_not_saved_survives_another_page(open_page, shop, store):
    """Leaving the page, or opening another analysis, loses nothing in the session."""
    shop.order("1")
    acting.save(store, "Une", [COUNT], actor=ACTOR)
    app = open_page(PAGE, analyse="1")
    app.text_area[0].set_value("select 2 as two").run()
    app.switch_page("pages/rapports/ventes.py").run()
    app.query_params.clear()
    app.switch_page(f"pages/{PAGE}").run()

    assert app.text_area[0].value == "select 2 as two"
    assert app.query_params["analyse"] == "1"

    app.selectbox(key="notebook_choice").set_value("new").run()
    assert list(app.text_area) == []
    app.selectbox(key="notebook_choice").set_value("1").run()
    assert app.text_area[0].value == "select 2 as two"


def test_a_late_save_is_refused_and_keeps_what_was_written(open_page, shop, store):
    """Someone saved meanwhile: a sentence, and the text is still there to be copied."""
    shop.order("1")
    acting.save(store, "Une", [COUNT], actor=ACTOR)
    app = open_page(PAGE, analyse="1")
    app.text_area[0].set_value("select 2").run()
    acting.save(store, "Une", [], notebook_id=1, version=1, actor=ACTOR)
    app.button(key="save").click().run()

    assert "Quelqu’un a changé l’analyse « Une » entre-temps." in texts(app)
    assert app.text_area[0].value == "select 2"
    assert kept(store) == [("Une", False, 2)]


@pytest.mark.parametrize("end", ["unshared", "deleted", "unshared before saving"])
def test_what_was_written_on_an_analysis_that_went_away_is_kept(
    open_page, shop, store, end
):
    """Its owner took it back: the text stands in a new analysis, and that is said."""
    shop.order("1")
    acting.save(store, "Une", [COUNT], actor="Léa")
    acting.share(store, 1, shared=True, version=1, actor="Léa")
    app = open_page(PAGE, analyse="1")
    app.text_area[0].set_value("select 2 as two").run()
    if end == "deleted":
        acting.remove(store, 1, version=2, actor="Léa")
    else:
        acting.share(store, 1, shared=False, version=2, actor="Léa")
    if end == "unshared before saving":
        app.button(key="save").click()
    app.run()

    assert not app.exception
    assert "L’analyse « Une » a été supprimée, ou n’est plus partagée" in texts(app)
    assert app.text_area[0].value == "select 2 as two"
    assert "analyse" not in app.query_params
    app.text_input(key="save_as_name").set_value("La mienne")
    app.button(key="FormSubmitter:save_as_form-Enregistrer").click().run()
    assert "La mienne" in [name for name, *_rest in kept(store)]
    assert app.text_area[0].value == "select 2 as two"


def test_a_link_to_nothing_is_said(open_page, shop):
    """Deleted, somebody's own, or no number at all."""
    shop.order("1")
    for code in ("7", "x"):
        app = open_page(PAGE, analyse=code)
        assert not app.exception
        assert "Cette analyse n’existe pas" in texts(app)


def frame():
    return pl.DataFrame(
        {
            "day": [datetime(2026, 3, d, tzinfo=UTC) for d in (1, 1, 2, 2)],
            "who": ["<b>a</b>", "$b$", "<b>a</b>", None],
            "n": [1, 2, 3, 4],
        }
    )


def test_series_add_up_and_say_their_names(open_page):
    """One series a colour, the largest first; markup and formulas stay text."""
    del open_page
    drawn = notebook_charts.series(frame(), "day", "n", "who")

    assert [(s.name, s.y) for s in drawn] == [
        ("<b>a</b>", [1.0, 3.0]), ("", [4.0]), ("$b$", [2.0]),
    ]  # fmt: skip
    (whole,) = notebook_charts.series(frame(), "day", "n", "")
    assert whole.y == [3.0, 7.0]
    figure = notebook_charts.figure(frame(), "bar", "who", "n", "who")
    assert {trace.name for trace in figure.data} == {
        "&lt;b&gt;a&lt;/b&gt;",
        "&#36;b&#36;",
        "n",
    }
    assert all("<" not in str(x) for trace in figure.data for x in trace.x)
    heat = notebook_charts.figure(frame(), "heat", "who", "day", "n")
    assert list(heat.data[0].z) == [1.0, 2.0, 3.0, 4.0]
    assert "<" not in "".join(heat.data[0].x)


@pytest.mark.parametrize(
    ("show", "x", "colour", "said"),
    [
        ("bar", "day", "", True),
        ("line", "day", "kind", True),
        ("bar", "day", "currency", False),
        ("bar", "currency", "", False),
        ("heat", "day", "net", False),
    ],
)
def test_two_currencies_in_one_bar_are_said(show, x, colour, said):
    """Beside the chart, unless a currency has a colour or a place of its own."""
    two = pl.DataFrame(
        {"day": [1, 1], "kind": ["a", "a"], "currency": ["EUR", "USD"], "net": [1, 2]}
    )
    assert notebook_charts.adds_currencies(two, show, x, colour) is said
    assert not notebook_charts.adds_currencies(two.head(1), show, x, colour)


def test_a_result_is_a_file_without_formulas(tmp_path, settings):
    """Texts are defused as in every export, headers are plain, Parquet is exact."""
    found = pl.DataFrame(
        {
            '=cmd|"a",b': ["=1+1", "é;b", None],
            "-x": [1.5, None, 2.0],
            "ok": [True, None, False],
            "at": [datetime(2026, 1, 1, tzinfo=UTC)] * 3,
        }
    )
    for code in results.FORMATS:
        path = tmp_path / f"a.{code}"
        assert results.write(found, format=code, path=path, zone=settings.zone) == 3
    rows = (tmp_path / "a.csv-fr").read_text(encoding="utf-8-sig").splitlines()
    assert rows == [
        "_cmd_a_b;x;ok;at",
        "'=1+1;1,5;true;01/01/2026 01:00:00",
        '"é;b";;;01/01/2026 01:00:00',
        ";2,0;false;01/01/2026 01:00:00",
    ]
    assert pl.read_parquet(tmp_path / "a.parquet").equals(found)
    with pytest.raises(BadFilter):
        results.write(found, format="doc", path=tmp_path / "a", zone=settings.zone)
