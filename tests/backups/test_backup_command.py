"""`commandes backup FILE`, `restore FILE`, and `restore NUMBER` beside it."""

from __future__ import annotations

import json

import pytest

from commandes.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command; its exit code, its JSON answer and what it said."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, as_json: bool = True):
        capsys.readouterr()
        code = main([*arguments, *(["--json"] if as_json else [])])
        said = capsys.readouterr()
        return code, json.loads(said.out) if as_json else said.out

    return command


def test_there_and_back(run, tmp_path, monkeypatch):
    """A backup says what is in it; elsewhere it comes back, and all rules hold."""
    run("sample", "--orders", "30")
    code, made = run("backup", "b.zip", "--with-key")
    assert code == 0
    assert (made["orders"], made["checked"], made["with_key"]) == (30, True, True)
    assert made["bytes"] == (tmp_path / "b.zip").stat().st_size
    code, refused = run("restore", "b.zip")
    assert (code, refused["error"]["code"]) == (1, "store_holds_orders")

    monkeypatch.setenv("COMMANDES_DATA_DIR", str(tmp_path / "elsewhere"))
    code, back = run("restore", "b.zip")

    assert (code, back["ok"], back["orders"], back["kept"]) == (0, True, 30, None)
    assert back["head"] == back["restored_head"] == made["head"]
    assert [check["rule"] for check in back["checks"]] == [f"I{n}" for n in range(1, 7)]
    assert run("list")[1]["count"] == run("list")[1]["count"] > 0


def test_the_key_that_is_missing_is_said_clearly(run):
    """People read that the key is not in the file, and what that means."""
    run("sample", "--orders", "3")
    _code, said = run("backup", "b.zip", as_json=False)

    assert "La clé du journal n’est pas dans la sauvegarde" in said
    _code, said = run("backup", "b.zip", "--with-key", "--no-verify", as_json=False)
    assert "La copie n’a pas été vérifiée." in said
    assert "La clé du journal est dans la sauvegarde" in said
    _code, said = run("restore", "b.zip", "--replace", as_json=False)
    assert "La base d’avant est gardée" in said


def test_restore_still_undoes_a_cancellation(run, tmp_path):
    """A number is an order's, even beside a file of that name that is no backup."""
    run("sample", "--orders", "30")
    _code, listed = run("list", "--status", "new", "--limit", "1")
    number = listed["orders"][0]["number"]
    (tmp_path / number).write_text("notes")
    run("cancel", number)
    code, back = run("restore", number)

    assert (code, back["action"], back["changed"]) == (0, "restore", True)
    code, unknown = run("restore", "nowhere.zip")
    assert (code, unknown["error"]["code"]) == (1, "backup_unreadable")
