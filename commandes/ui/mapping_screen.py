"""The mapping screen: for a file of unknown layout, say which column is what."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import streamlit as st

from commandes import words
from commandes.actions import profiles as profile_actions
from commandes.intake import bring, profiles, read
from commandes.intake.fields import FIELDS, REQUIRED
from commandes.rules import MODULES
from commandes.store import from_micros
from commandes.ui import mapping, theme
from commandes.words import MODULE_WORDS, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from commandes.intake.fields import Field
    from commandes.intake.frames import Incoming
    from commandes.intake.profiles import Profile
    from commandes.ui.framing import Here

NOTHING = ""
_PREVIEWED = 10


def show(here: Here, path: Path, key: str) -> str | None:
    """Draw the screen for a file; the name of the profile once it is saved."""
    table = _table(path, key)
    headers = [name for name in table.columns if name != "row"]
    st.text(_("Ce fichier n’est d’aucun format connu : dites quelle colonne est quoi."))
    st.dataframe(table.head(5), key=f"{key}-head", hide_index=True, alt=_("Le fichier"))
    chosen = _columns(table, headers, key)
    meanings = {
        field: _meanings(field, table[chosen[field]] if field in chosen else None, key)
        for field in mapping.VALUES
        if field in chosen or field != "module"
    }
    settings = _settings(here, table, chosen, key)
    name = st.text_input(
        _("Nom du profil"),
        key=f"{key}-name",
        placeholder=_("Ma plateforme"),
        help=_("Le prochain fichier aux mêmes colonnes sera reconnu par ce profil."),
        max_chars=60,
    )
    missing = [
        field.label
        for field in FIELDS
        if field.code in REQUIRED and field.code not in chosen
    ]
    if missing:
        wanted = words.listed([_(label) for label in missing])
        st.text(_("Il manque encore : {fields}.").format(fields=wanted))
    known = name.strip() in bring.known_profiles(here.store)
    if known:
        st.text(_("Un profil porte déjà ce nom : il sera remplacé par celui-ci."))
    return _act(
        here,
        path,
        key,
        lambda: mapping.profile(name.strip() or "profil", chosen, settings, meanings),
        ready=not missing,
        named=bool(name.strip()),
    )


def _table(path: Path, key: str) -> pl.DataFrame:
    """The first rows of the file, read once."""
    kept = f"{key}-table"
    if kept not in st.session_state:
        st.session_state[kept] = read.table(path)
    found: pl.DataFrame = st.session_state[kept]
    return found


def _columns(table: pl.DataFrame, headers: list[str], key: str) -> dict[str, str]:
    guesses = mapping.columns(table)
    first = [field for field in FIELDS if field.code in mapping.FIRST]
    others = [field for field in FIELDS if field.code not in mapping.FIRST]
    st.subheader(_("Colonnes"), anchor=False)
    with st.grid(3, min_column_width=200, gap="small"):
        chosen = {f.code: _column(f, headers, guesses, key) for f in first}
    with (
        st.expander(
            _guessed_words(others, guesses),
            key=f"{key}-others",
            # What was guessed is seen, not found out from the rows refused.
            expanded=any(field.code in guesses for field in others),
        ),
        st.grid(3, min_column_width=200, gap="small"),
    ):
        chosen |= {f.code: _column(f, headers, guesses, key) for f in others}
    return {code: header for code, header in chosen.items() if header}


def _guessed_words(others: list[Field], guesses: dict[str, str]) -> str:
    count = sum(field.code in guesses for field in others)
    return plural(
        "Autres colonnes : {n} reconnue", "Autres colonnes : {n} reconnues", count
    )


def _column(field: Field, headers: list[str], guesses: dict[str, str], key: str) -> str:
    options = [NOTHING, *headers]
    star = " *" if field.code in REQUIRED else ""
    picked: str = st.selectbox(
        f"{_(field.label)}{star}",
        options,
        index=options.index(guesses.get(field.code, NOTHING)),
        key=f"{key}-column-{field.code}",
        format_func=lambda header: header or "—",
        help=_(field.help) if field.help else None,
    )
    return picked


def _meanings(field: str, column: pl.Series | None, key: str) -> dict[str, str]:
    """What each value of a column of states means here."""
    titles = {
        "status": _("Valeurs du statut"),
        "payment": _("Valeurs du paiement"),
        "module": _("Valeurs du module"),
    }
    found = [""] if column is None else mapping.values(column)
    codes = list(mapping.VALUES[field])
    st.subheader(titles[field], anchor=False)
    meant = {}
    with st.grid(3, min_column_width=200, gap="small"):
        for place, value in enumerate(found):
            with st.container(gap=None):
                st.text(value or _("(vide ou sans colonne)"))
                meant[value] = st.selectbox(
                    _("Devient"),
                    codes,
                    index=codes.index(mapping.meaning(field, value)),
                    key=f"{key}-{field}-{place}",
                    format_func=_word_of(field),
                    label_visibility="collapsed",
                )
    return meant


def _word_of(field: str) -> Callable[[str], str]:
    return lambda code: _(mapping.VALUES[field][code])


def _settings(
    here: Here, table: pl.DataFrame, chosen: dict[str, str], key: str
) -> dict[str, str]:
    st.subheader(_("Écriture du fichier"), anchor=False)
    dates = list(mapping.DATES)
    placed = chosen.get("placed_at")
    guess = mapping.date_format(table[placed]) if placed else dates[0]
    zones = sorted(available_timezones())
    with st.grid(3, min_column_width=200, gap="small"):
        return {
            "rows": st.selectbox(
                _("Lignes du fichier"),
                list(mapping.ROWS),
                key=f"{key}-rows",
                format_func=lambda code: _(mapping.ROWS[code]),
            ),
            "dates": st.selectbox(
                _("Dates"),
                dates,
                index=dates.index(guess),
                key=f"{key}-dates-{placed}",
            ),
            "decimal": st.selectbox(
                _("Montants"),
                list(mapping.DECIMALS),
                key=f"{key}-decimal",
                format_func=lambda code: _(mapping.DECIMALS[code]),
            ),
            "module": st.selectbox(
                _("Module, si le fichier ne le dit pas"),
                MODULES,
                key=f"{key}-module",
                format_func=lambda code: _(MODULE_WORDS[code]),
            ),
            "currency": st.text_input(
                _("Devise, si le fichier ne la dit pas"),
                here.settings.currency,
                key=f"{key}-currency",
                max_chars=3,
            ),
            "timezone": st.selectbox(
                _("Fuseau horaire"),
                zones,
                index=zones.index(here.settings.timezone),
                key=f"{key}-timezone",
            ),
        }


def _act(
    here: Here,
    path: Path,
    key: str,
    made: Callable[[], Profile],
    *,
    ready: bool,
    named: bool,
) -> str | None:
    """Try the answers on the file, or keep them under their name."""
    with st.container(horizontal=True):
        tried = st.button(
            _("Voir le résultat"),
            key=f"{key}-try",
            icon=":material/preview:",
            disabled=not ready,
        )
        saved = st.button(
            _("Enregistrer le profil et continuer"),
            key=f"{key}-save",
            type="primary",
            disabled=not (ready and named),
        )
    if tried:
        _try(here, path, made(), key)
    if not saved:
        return None
    profile = made()
    text = profiles.dump(profile)
    profile_actions.save(here.store, profile.name, text, actor=here.actor)
    return profile.name


def _try(here: Here, path: Path, profile: Profile, key: str) -> None:
    """The first orders as the answers make them."""
    defaults = read.Defaults(here.settings.currency, here.settings.timezone)
    found = read.read(path, profile=profile, defaults=defaults)
    st.text(
        " · ".join(
            (
                plural("{n} commande", "{n} commandes", found.orders.height),
                plural("{n} ligne refusée", "{n} lignes refusées", found.rows_rejected),
            )
        )
    )
    rows = [
        {
            _("N°"): row["number"],
            _("Date"): words.moment(
                from_micros(row["placed_at"]), here.settings.timezone
            ),
            _("Client"): row["customer_name"] or row["email"],
            _("Module"): theme.module_words(row["module"]),
            _("Statut"): _(words.STATUS_WORDS[row["status"]]),
            _("Payé"): words.money(row["paid"] or 0, row["currency"]),
            _("Total"): words.money(row["total"], row["currency"]),
        }
        for row in _with_paid(found).iter_rows(named=True)
    ]
    if rows:
        st.dataframe(rows, key=f"{key}-result", hide_index=True, alt=_("Résultat"))
    if found.rows_rejected:
        reasons = [
            {_("Ligne"): row, _("Raison"): _(reason)}
            for row, reason in found.rejects.head(_PREVIEWED)
            .select("row", "reason")
            .iter_rows()
        ]
        st.dataframe(reasons, key=f"{key}-why", hide_index=True, alt=_("Refus"))


def _with_paid(found: Incoming) -> pl.DataFrame:
    """The first orders, with what each of them has paid."""
    import polars as pl

    paid = found.payments.group_by("source_id").agg(
        pl.col("amount").sum().alias("paid")
    )
    first = found.orders.head(_PREVIEWED)
    return first.join(paid, on="source_id", how="left", maintain_order="left")
