"""Every question file says truly what it takes and gives, and runs on an empty shop."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import duckdb
import pytest

from commandes.mirror import query_text, schema

SQL = Path(schema.__file__).parents[2] / "sql"
# Files of the mirror that make or fill it ask nothing; nor do macros.
QUESTIONS = sorted(
    str(path.relative_to(SQL).with_suffix(""))
    for path in SQL.glob("**/*.sql")
    if (path.parent.name != "mirror" or path.stem == "control")
    and path.stem != "macros"
)
FILTER = {
    *("statuses", "payments", "modules", "tags", "from_at", "to_at", "dated"),
    *("search", "archived", "refunds_to_do", "carts", "traits"),
}
KEYWORDS = re.compile(
    r"\b(SELECT|FROM|WHERE|GROUP|ORDER|BY|JOIN|LEFT|ON|AS|AND|OR|NOT|IN|IS|NULL|WITH"
    r"|UNION|ALL|CASE|WHEN|THEN|ELSE|END|LIMIT|HAVING|OVER|PARTITION|USING|CAST)\b"
)


@pytest.fixture(scope="module")
def empty():
    connection = duckdb.connect()
    schema.create(connection)
    return connection


@pytest.fixture(scope="module")
def shut_in(empty):
    """The tables that free analyses see, empty: what sql/analyses asks of."""
    connection = duckdb.connect()
    for path in SQL.glob("notebook/*.sql"):
        if path.stem == "macros":
            connection.execute(path.read_text(encoding="utf-8"))
            continue
        question = f"notebook/{path.stem}"
        rows = empty.sql(query_text(question), params=bound(question)).to_arrow_table()
        connection.from_arrow(rows).create(path.stem)
    return connection


def header(question: str) -> str:
    """The comment at the top, as one line."""
    lines = []
    for line in query_text(question).splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def said_parameters(question: str) -> set[str]:
    said = re.search(r"Parameters: (.*?)(?= Columns:|$)", header(question)).group(1)
    names = re.findall(r"\$(\w+)(?!…)\b", said)
    without = set(re.findall(r"\bbut \$(\w+)", said))
    for start in re.findall(r"\$(\w+)…", said):
        # `$low_id …, $high_…`: the same names with another beginning.
        names += [re.sub(r"^[a-z]+_", start, n) for n in names if n.startswith("low_")]
    if "those of filtered_orders" in said:
        names += FILTER
    return set(names) - without


def said_columns(question: str) -> list[str]:
    said = header(question).partition("Columns: ")[2]
    plain = re.sub(r" in minor units|\([^)]*\)", "", said)
    columns = []
    for name in re.split(r"[,;]| and ", plain):
        if found := re.search(r"those of ([\w.]+)\.(\w+)", name):
            known = getattr(import_module(found[1]), found[2])
            columns += [column.code for column in known]
        elif name.strip():
            columns.append(name.strip())
    return columns


def parameters(question: str) -> set[str]:
    (statement,) = duckdb.extract_statements(query_text(question))
    return set(statement.named_parameters)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_header_says_question_row_parameters_and_columns(question) -> None:
    """The first comment of a file says what is asked and what a row is."""
    text = header(question)
    assert text[0].isupper()
    assert "One row" in text
    assert "Parameters: " in text
    assert "Columns: " in text


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_parameters_said_are_those_of_the_statement(question) -> None:
    """A caller who reads the header binds exactly what the statement needs."""
    assert said_parameters(question) == parameters(question)


def bound(question: str) -> dict[str, object] | None:
    """Values for all parameters of a question."""
    values = dict.fromkeys(parameters(question))
    given = {"size": 50, "timezone": "Europe/Paris"}
    return values | {n: v for n, v in given.items() if n in values} or None


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_answers_its_columns_on_an_empty_mirror(
    empty, shut_in, question
) -> None:
    """A new shop gets an answer with the columns the header says."""
    asked = shut_in if question.startswith("analyses/") else empty
    answer = asked.sql(query_text(question), params=bound(question)).pl()
    assert said_columns(question) == answer.columns


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_file_is_short_narrow_and_lower_case(question) -> None:
    """A question is read on one screen: 80 lines of 80 columns, lower-case."""
    lines = query_text(question).splitlines()
    assert len(lines) <= 80
    assert [line for line in lines if len(line) > 80] == []
    code = re.sub(r"--.*|'[^']*'", "", query_text(question))
    assert KEYWORDS.findall(code) == []
