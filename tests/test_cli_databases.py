"""Each command of the command line on PostgreSQL: it answers as it does on SQLite."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from commandes.cli import main

pytestmark = pytest.mark.postgres

FIXTURES = Path(__file__).parent / "intake" / "fixtures"
LEVELS = "sku,title,on_hand\nPEN,Stylo,12\n"
PARCELS = "order,carrier,number\n#5001,UPS,1Z2\n"
# What is another in every store, or at every moment.
VOLATILE = (
    *("receipt", "at", "head", "digest", "file", "seq", "path", "id", "key"),
    *("size_bytes", "bytes", "ips_before", "message_id"),
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
# What the orders tell of happened before.
AFTER_ALL = "2026-06"


def _commands(folder: Path) -> list[list[str]]:
    """Every command but `serve` and `move`, in an order that gives each something."""
    (folder / "levels.csv").write_text(LEVELS, encoding="utf-8")
    (folder / "parcels.csv").write_text(PARCELS, encoding="utf-8")
    number = "#5001"
    return [
        ["import", str(FIXTURES / "shopify.csv"), "--dry-run"],
        ["import", str(FIXTURES / "shopify.csv")],
        ["import", str(FIXTURES / "shopify.csv")],
        ["imports"],
        ["stock", "import", str(folder / "levels.csv")],
        ["list", "--archived", "all", "--sort", "oldest"],
        ["tag", number, "Fragile"],
        ["tag", number, "Fragile"],
        ["tag", number, "VIP"],
        ["untag", number, "VIP"],
        ["list", "--tag", "Fragile"],
        ["track", number, "--carrier", "UPS", "--number", "1Z1", "--no-message"],
        ["track", "--file", str(folder / "parcels.csv"), "--no-message"],
        ["status", number, "done"],
        ["archive", number],
        ["unarchive", number],
        ["note", number, "Rappeler"],
        ["cancel", number],
        ["restore", number],
        ["refund", number, "--amount", "1"],
        ["unrefund", number],
        ["refund", number, "--key", "k"],
        ["refund", number, "--key", "k"],
        ["refund", number],
        ["pay", "#5005", "--amount", "5", "--means", "Chèque"],
        ["message", number, "--subject", "Bonjour", "--body", "Merci."],
        ["show", number],
        ["stock"],
        ["stock", "PEN"],
        ["report", "sales", "--by", "month"],
        ["report", "refunds", "--by", "month"],
        ["report", "carts", "--by", "month"],
        ["report", "products"],
        *(
            ["export", "--format", kind, "-o", str(folder / f"out.{kind}")]
            for kind in ("csv", "csv-fr", "xlsx", "parquet", "ndjson")
        ),
        ["export", "--lines", "-o", str(folder / "lines.csv")],
        ["documents", "notes", "-o", str(folder / "notes.pdf")],
        ["sweep"],
        ["customer", "export", "ana@example.org", "-o", str(folder / "ana.html")],
        ["customer", "erase", "ana@example.org"],
        ["retain", "--dry-run"],
        ["people"],
        ["backup", str(folder / "backup.zip")],
        ["mirror", "rebuild"],
        ["mirror", "status"],
        ["verify"],
        ["sample"],
    ]


def _told(answer: object) -> object:
    """An answer without what is volatile."""
    if isinstance(answer, dict):
        kept = {name: one for name, one in answer.items() if name not in VOLATILE}
        return {name: _told(one) for name, one in kept.items()}
    if isinstance(answer, str) and INSTANT.match(answer) and answer >= AFTER_ALL:
        return "now"
    return [_told(one) for one in answer] if isinstance(answer, list) else answer


@pytest.fixture
def answers(tmp_path, monkeypatch, capsys):
    """What every command says of a store: its code and its JSON."""

    def ask(name: str, url: str) -> list[object]:
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("COMMANDES_DATA_DIR", str(folder / "data"))
        monkeypatch.setenv("COMMANDES_DATABASE_URL", url)
        found = []
        for arguments in _commands(folder):
            capsys.readouterr()
            code = main([*arguments, "--json"])
            shown = [Path(word).name for word in arguments]
            found.append((shown, code, _told(json.loads(capsys.readouterr().out))))
        return found

    return ask


def test_every_command_answers_alike_on_both_databases(answers, postgres_settings):
    """Same codes, same figures, same sentences; the rules hold on either."""
    on_sqlite = answers("sqlite", "")
    on_postgresql = answers("postgresql", postgres_settings.database_url)

    for one, other in zip(on_sqlite, on_postgresql, strict=True):
        assert json.dumps(one, indent=1) == json.dumps(other, indent=1)
    refused = [words for words, code, _answer in on_postgresql if code]
    assert refused == [["refund", "#5001"], ["sample"]]
