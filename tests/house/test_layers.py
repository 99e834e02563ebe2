"""Imports go one way; the tree, the errors, the settings, the lock keep their form."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest

from commandes import errors
from commandes.cli.parser import build
from commandes.settings import SETTINGS

ROOT = Path(__file__).parents[2]
LAYERS = {  # a part may import the parts named here, and itself
    "words": set(),
    "logs": set(),
    "heap": set(),
    "whole": {"errors", "words"},
    "rules": set(),
    "personal": {"rules"},
    "errors": {"words"},
    "access": {"errors", "words"},
    "background": {"access", "words"},
    "settings": {"errors", "words"},
    "store": {"access", "logs", "settings", "errors", "rules", "words"},
    "actions": {
        *("access", "personal", "store", "settings", "errors", "rules", "words"),
    },
    "mirror": {"store", "settings", "errors", "rules", "words"},
    "intake": {"personal", "actions", "store", "settings", "errors", "rules", "words"},
    "mail": {
        *("actions", "background", "store", "settings", "errors", "rules", "words"),
        "logs",
    },
    "backups": {
        *("access", "actions", "store", "settings", "errors", "rules", "words"),
        *("logs", "whole"),
    },
    "reports": {
        *("personal", "mirror", "store", "settings", "errors", "rules", "words"),
        "whole",
    },
    "notebook": {"mirror", "store", "settings", "errors", "rules", "words"},
    "documents": {
        *("reports", "intake", "mirror", "store", "errors", "rules", "words"),
        *("settings", "whole"),
    },
    "privacy": {
        "logs",
        *("actions", "mirror", "store", "personal"),
        *("settings", "errors", "rules", "words"),
    },
    "ui": {
        *("privacy", "personal"),
        *("documents", "reports", "notebook", "actions", "intake", "mail", "mirror"),
        *("store", "backups"),
        *("settings", "errors", "rules", "words"),
    },
    "unsubscribing": {"actions", "store", "settings", "errors", "words"},
    "doorway": {"access", "ui", "intake", "unsubscribing", "settings", "words"},
    "web": {
        *("ui", "backups", "unsubscribing", "store", "settings", "errors", "words"),
        *("access", "intake", "logs"),
    },
    "server": {
        *("web", "ui", "backups", "mail", "actions", "background", "unsubscribing"),
        "intake",
        *("mirror", "store", "settings", "errors", "words", "logs"),
        *("doorway", "heap", "privacy"),
    },
    "cli": {
        "heap",
        *("privacy", "server", "documents", "reports", "actions", "intake", "mail"),
        *("mirror", "store", "backups"),
        *("settings", "errors", "rules", "words"),
    },
}
# Whoever acts or asks may say so, and be asked what they may.
for part in ("store", "actions", "mirror", "intake", "mail", "reports", "notebook"):
    LAYERS[part] = LAYERS[part] | {"access"}
for part in ("documents", "ui", "unsubscribing", "server", "cli", "privacy"):
    LAYERS[part] = LAYERS[part] | {"access"}
# words.money asks rules how many decimals a currency has, where it is shown.
LAYERS["words"] = {"rules"}


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module}
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part_of(path: Path) -> str:
    """The layer of a file of the package."""
    return path.relative_to(ROOT / "commandes").parts[0].removesuffix(".py")


def package() -> list[Path]:
    return [
        path
        for path in sorted((ROOT / "commandes").rglob("*.py"))
        if "migrations" not in path.parts
    ]


@pytest.mark.parametrize(
    "path", package(), ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_go_one_way(path):
    """Pages → ui → reports | actions → mirror | store → rules, errors, settings."""
    part = part_of(path)
    used = {
        name.split(".")[1]
        for name in imported(path)
        if name.startswith("commandes.") and name.split(".")[1] in LAYERS
    }

    assert used - {part} - LAYERS.get(part, set()) == set()


def test_streamlit_stays_on_the_screen():
    """Only the app, the pages, ui and the server know Streamlit."""
    users = {
        part_of(path)
        for path in package()
        if any(name.split(".")[0] == "streamlit" for name in imported(path))
    }

    # web reads Streamlit's own page, to let its inline script by.
    assert users <= {"ui", "server", "web"}


def test_pages_stand_in_folders_inside_the_frame():
    """A script directly in pages/ could be opened without app.py ever running."""
    pages = sorted((ROOT / "pages").rglob("*.py"))

    assert [path for path in pages if path.parent == ROOT / "pages"] == []
    for path in pages:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        framed = [
            ast.unparse(node.items[0].context_expr)
            for node in tree.body
            if isinstance(node, ast.With)
        ]
        assert any("frame(" in text for text in framed), path
        assert not any(
            name.startswith(("sqlalchemy", "duckdb")) for name in imported(path)
        ), path


def everyone(kind=errors.CommandesError):
    """The whole tree of errors below a class."""
    for child in kind.__subclasses__():
        yield child
        yield from everyone(child)


def test_every_error_has_its_own_words():
    """A code, a sentence, an advice; codes are unique; the docstring is the tree."""
    kinds = list(everyone())
    for kind in kinds:
        assert {"code", "sentence", "advice"} <= vars(kind).keys(), kind
        assert kind.sentence.endswith("."), kind
        assert kind.__name__ in errors.__doc__, kind

    assert len({kind.code for kind in kinds}) == len(kinds)


def test_every_error_is_raised_with_what_its_words_need():
    """Each placeholder of sentence and advice is given wherever it is raised."""
    fields = {
        kind.__name__: {
            name
            for text in (kind.sentence, kind.advice)
            for _, name, _, _ in string.Formatter().parse(text)
            if name
        }
        for kind in everyone()
    }
    for path in package():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            given = {keyword.arg for keyword in node.keywords}
            if node.func.id in fields and None not in given:
                assert fields[node.func.id] <= given, f"{path}:{node.lineno}"


def test_the_readme_names_every_setting_and_command():
    """What can be set or typed can be read about."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = build()._subparsers._group_actions[0].choices

    assert [s.variable for s in SETTINGS if s.variable not in readme] == []
    assert [c for c in commands if f"commandes {c}" not in readme] == []
    assert [c for c, parser in commands.items() if not parser.description] == []


def test_documents_name_settings_that_exist():
    """What docs tell to set can be set; those of the login come with the login."""
    login = {f"COMMANDES_OIDC_{n}" for n in ("METADATA_URL", "CLIENT_ID")}
    login |= {"COMMANDES_OIDC_CLIENT_SECRET", "COMMANDES_APP_URL"}
    known = {setting.variable for setting in SETTINGS} | login
    for document in sorted((ROOT / "docs").rglob("*")):
        if document.suffix in (".md", ".service") or document.name == "Containerfile":
            text = document.read_text(encoding="utf-8")
            assert set(re.findall(r"COMMANDES_[A-Z_]+", text)) <= known, document


def test_the_lock_holds_versions_hashes_and_floors():
    """Every requirement is exact and hashed; known holes are below the floor."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", lock)
    versions = {}
    for block in blocks:
        name, _, version = block.split(" ", 1)[0].partition("==")
        assert "--hash=sha256:" in block, name
        versions[name] = tuple(int(n) for n in version.split(".")[:3] if n.isdigit())

    assert "://" not in lock
    floors = {"starlette": (1, 3, 1), "streamlit": (1, 54), "authlib": (1, 6, 9)}
    # What is not needed is not there, and has no hole.
    low = {name for name, floor in floors.items() if versions.get(name, floor) < floor}
    assert low == set()
    assert {"starlette", "streamlit"} <= versions.keys()


def test_versions_stand_as_ranges_in_the_project():
    """The lock is exact, the project says what it can live with."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert [name for name in project["project"]["dependencies"] if "==" in name] == []
