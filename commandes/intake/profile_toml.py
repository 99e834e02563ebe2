"""Column profiles as TOML: read with every refusal in one sentence, and written."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from commandes import rules
from commandes.errors import ProfileInvalid
from commandes.intake import profiles
from commandes.intake.currencies import CURRENCIES
from commandes.intake.fields import REQUIRED
from commandes.intake.fields import field as known_field
from commandes.intake.profiles import Items, Profile
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS = ("source", "label", "currency", "timezone", "credit_notes", "tag_separator")
_CHOICES: dict[str, tuple[str, ...]] = {
    "format": profiles.FORMATS,
    "module": rules.MODULES,
    "decimal": profiles.DECIMALS,
    "rows": profiles.ROWS,
    "subtotal": profiles.SUBTOTALS,
}
_TABLES: dict[str, tuple[str, ...]] = {
    "status": profiles.STATUSES,
    "payment": profiles.PAYMENTS,
    "modules": rules.MODULES,
}
_DIRECTIVE = re.compile(r"%(\.\d?f|#z|[-_0]?[A-Za-z])")
_DIRECTIVES = frozenset("YymdejbBhaAHIklMSpPzTDFRf")
_NAME = re.compile(r"[\w .()-]{1,60}")


class _Document:
    """The keys of one TOML table; what it holds wrongly is refused in a sentence."""

    def __init__(self, name: str, keys: dict[str, Any]) -> None:
        self.name = name
        self.keys = keys

    def refuse(self, sentence: str, **words: object) -> ProfileInvalid:
        return ProfileInvalid(name=self.name, detail=sentence.format(**words))

    def only(self, known: tuple[str, ...]) -> None:
        for key in self.keys:
            if key not in known:
                raise self.refuse(_("la clé « {key} » n’existe pas"), key=key)

    def text(self, key: str, default: str = "") -> str:
        value = self.keys.get(key, default)
        if not isinstance(value, str):
            raise self.refuse(_("« {key} » doit être un texte"), key=key)
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise self.refuse(
                _("« {key} » vaut « {value} » ; valeurs possibles : {choices}"),
                key=key,
                value=value,
                choices=", ".join(choices),
            )
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.keys.get(key, default)
        if not isinstance(value, bool):
            raise self.refuse(_("« {key} » doit être true ou false"), key=key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """One text or a list of texts, none of them empty; () where the key is not."""
        value = self.keys.get(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(
            isinstance(v, str) and v.strip() for v in values
        ):
            raise self.refuse(
                _("« {key} » doit être un texte ou une liste de textes"), key=key
            )
        return tuple(values)

    def table(self, key: str) -> _Document:
        value = self.keys.get(key, {})
        if not isinstance(value, dict):
            raise self.refuse(_("« {key} » doit être une table"), key=key)
        return _Document(self.name, value)

    def values(self, key: str, choices: tuple[str, ...]) -> Mapping[str, str]:
        """A table from the file's values to ours."""
        table = self.table(key)
        for theirs in table.keys:
            try:
                table.choice(theirs, choices, "")
            except ProfileInvalid as refused:
                raise self.refuse(
                    "[{key}] : {detail}", key=key, detail=refused.fields["detail"]
                ) from None
        return table.keys


def load(text: str, name: str) -> Profile:
    """See profiles.load."""
    document = _Document(name, _parsed(text, name))
    document.only(tuple(f.name for f in fields(Profile)))
    called = document.text("name", name)
    if not _NAME.fullmatch(called):
        raise document.refuse(_("« {key} » n’est pas un nom de profil"), key=called)
    texts = {key: document.text(key, getattr(Profile, key, "")) for key in _TEXTS}
    texts["source"] = texts["source"].strip() or called
    texts["tag_separator"] = texts["tag_separator"] or ","
    _check_place(document, texts)
    return Profile(
        name=called,
        columns=_columns(document),
        dates=_dates(document),
        number_once=document.flag("number_once", default=False),
        adds_only=document.flag("adds_only", default=False),
        tax_included=_tax_included(document),
        headers=document.texts("headers"),
        items=_items(document),
        status=document.values("status", _TABLES["status"]),
        payment=document.values("payment", _TABLES["payment"]),
        modules=document.values("modules", _TABLES["modules"]),
        format=document.choice("format", _CHOICES["format"], Profile.format),
        module=document.choice("module", _CHOICES["module"], Profile.module),
        decimal=document.choice("decimal", _CHOICES["decimal"], Profile.decimal),
        rows=document.choice("rows", _CHOICES["rows"], Profile.rows),
        subtotal=document.choice("subtotal", _CHOICES["subtotal"], Profile.subtotal),
        **texts,
    )


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProfileInvalid(
            name=name, detail=_("ce n’est pas du TOML ({error})").format(error=error)
        ) from None


def _check_place(document: _Document, texts: Mapping[str, str]) -> None:
    if texts["currency"] and texts["currency"] not in CURRENCIES:
        raise document.refuse(
            _("la devise « {value} » n’est pas un code ISO 4217"),
            value=texts["currency"],
        )
    if texts["timezone"] and texts["timezone"] not in available_timezones():
        raise document.refuse(
            _("« {value} » n’est pas un fuseau horaire tel que Europe/Paris"),
            value=texts["timezone"],
        )


def _columns(document: _Document) -> dict[str, tuple[str, ...]]:
    table = document.table("columns")
    columns = {code: table.texts(code) for code in table.keys}
    for code, headers in columns.items():
        if known_field(code) is None:
            raise document.refuse(
                _("[columns] nomme « {code} », qui n’est pas un champ"), code=code
            )
        if not headers:
            raise document.refuse(
                _("[columns] ne donne aucune colonne à « {code} »"), code=code
            )
    for code in REQUIRED:
        if code not in columns:
            raise document.refuse(
                _("[columns] ne dit pas quelle colonne est « {code} »"), code=code
            )
    return columns


def _dates(document: _Document) -> tuple[str, ...]:
    formats = document.texts("dates")
    for text in formats:
        if text not in profiles.UNIX and not _is_date_format(text):
            raise document.refuse(
                _("« {text} » n’est pas un format de date"), text=text
            )
    return formats


def _is_date_format(text: str) -> bool:
    """Whether Polars takes the format, and it knows a year and a day."""
    import polars as pl

    directives = {found[-1] for found in _DIRECTIVE.findall(text)}
    try:
        pl.Series([""]).str.strptime(pl.Datetime("us"), text, strict=False)
    except pl.exceptions.PolarsError:
        return False
    dated = bool(directives & set("YyDF")) and bool(directives & set("dejDF"))
    return dated and directives <= _DIRECTIVES and "%" not in _DIRECTIVE.sub("", text)


def _tax_included(document: _Document) -> bool | None:
    if document.keys.get("tax_included", "auto") == "auto":
        return None
    return document.flag("tax_included", default=True)


def _items(document: _Document) -> Items | None:
    if "items" not in document.keys:
        return None
    table = document.table("items")
    table.only(tuple(f.name for f in fields(Items)))
    keys = table.table("keys")
    keys.only(profiles.ITEM_KEYS)
    columns, cells = table.text("columns"), table.text("cells")
    if (columns and not ("{n}" in columns and "{key}" in columns)) or (
        cells and "{n}" not in cells
    ):
        raise document.refuse(
            _("[items] doit contenir {{n}}, et columns {{key}} aussi")
        )
    return Items(
        columns,
        cells,
        table.text("list"),
        {code: keys.texts(code) for code in keys.keys},
    )


def dump(profile: Profile) -> str:
    """See profiles.dump."""
    plain, tables = [f"name = {_quoted(profile.name)}"], []
    for key in fields(Profile):
        value = getattr(profile, key.name)
        if key.name in ("name", "items") or value in (key.default, {}):
            continue
        if isinstance(value, dict):
            tables.append(_table(key.name, value))
        else:
            plain.append(f"{key.name} = {_value(value)}")
    if profile.items:
        tables.append(_items_table(profile.items))
    return "\n".join(plain) + "\n" + "".join(tables)


def _items_table(items: Items) -> str:
    plain = {key: getattr(items, key) for key in ("columns", "cells", "list")}
    table = _table("items", {key: value for key, value in plain.items() if value})
    return table + (_table("items.keys", items.keys) if items.keys else "")


def _table(name: str, values: Mapping[str, object]) -> str:
    lines = [f"{_quoted(key)} = {_value(value)}" for key, value in values.items()]
    return "\n".join(["", f"[{name}]", *lines, ""])


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        texts = [_quoted(text) for text in value]
        return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    # A JSON text is a TOML basic string, but for this one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
