"""Column profiles: what TOML may say, refusals in one sentence, the documentation."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from commandes.errors import ProfileInvalid
from commandes.intake import fields as known_fields
from commandes.intake import profiles
from commandes.rules import MODULES
from commandes.store.tables import ADDRESS_FIELDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "column-profiles.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
LEAST = '[columns]\nnumber = "No"\nplaced_at = "Date"\n'


@pytest.mark.parametrize("place", range(len(EXAMPLES)))
def test_every_example_of_the_documentation_is_a_profile(place):
    """What the page shows can be pasted into a file."""
    assert profiles.load(EXAMPLES[place], "page").columns["number"]


def test_the_documentation_names_every_key_and_every_field():
    """A key or a field that the page forgets would be known to nobody."""
    page = re.sub("```.*?```", "", DOCUMENT.read_text("utf-8"), flags=re.DOTALL)
    keys = {f.name for f in fields(profiles.Profile)} - {"columns", "items"}
    keys |= {f.name for f in fields(profiles.Items)} - {"keys"}
    parts = {*ADDRESS_FIELDS, "first_name", "last_name"}
    codes = {f.code for f in known_fields.FIELDS if "." not in f.code}
    codes |= {f.code for f in known_fields.FIELDS if f.code.startswith("details.")}

    named = set(" ".join(re.findall("`([^`]+)`", page)).split())

    assert (keys | codes | parts) - named - {"modules"} == set()
    assert "`[modules]`" in page


@pytest.mark.parametrize("name", profiles.builtin())
def test_a_profile_written_and_read_again_is_the_same(name):
    """The mapping screen saves what it showed."""
    profile = profiles.builtin()[name]

    assert profiles.load(profiles.dump(profile), "other") == profile


def test_odd_names_survive_being_written():
    """Quotes, backslashes, line breaks and a deletion mark in a header."""
    odd = 'N°\t"1"\\2\n\x7f’'
    profile = profiles.Profile(
        name="Bizarre",
        source="s",
        columns={"number": (odd,), "placed_at": ("a", odd)},
        status={odd: "done", "*": "new", "": "new"},
    )

    assert profiles.load(profiles.dump(profile), "other") == profile


def test_every_module_has_a_built_in_profile():
    """All five modules can come from a file."""
    modules = {profile.module for profile in profiles.builtin().values()}

    assert modules == set(MODULES)


REFUSED = {
    "not TOML": ("= nothing", "TOML"),
    "unknown key": ("colour = 1\n" + LEAST, "colour"),
    "no number": ('[columns]\nplaced_at = "Date"', "number"),
    "no date": ('[columns]\nnumber = "No"', "placed_at"),
    "unknown field": (LEAST + 'weight = "kg"', "weight"),
    "no header": (LEAST + "title = []", "title"),
    "a number as header": (LEAST + "title = 3", "title"),
    "unknown status": (LEAST + '[status]\nok = "fine"', "[status]"),
    "unknown payment": (LEAST + '[payment]\nok = "fine"', "[payment]"),
    "unknown module": ('module = "shop"\n' + LEAST, "shop"),
    "unknown currency": ('currency = "EURO"\n' + LEAST, "EURO"),
    "unknown zone": ('timezone = "Paris"\n' + LEAST, "Paris"),
    "a date without day": ('dates = ["%H:%M"]\n' + LEAST, "%H:%M"),
    "an hour without minute": ('dates = ["%d/%m/%Y %H"]\n' + LEAST, "%d/%m/%Y %H"),
    "an unknown directive": ('dates = ["%d/%m/%Y %Q"]\n' + LEAST, "%Q"),
    "a flag in words": ('number_once = "yes"\n' + LEAST, "number_once"),
    "tax in words": ('tax_included = "yes"\n' + LEAST, "tax_included"),
    "a table that is none": ("status = 3\n" + LEAST, "status"),
    "items without n": (LEAST + '[items]\ncells = "line"', "{n}"),
    "items of no field": (LEAST + '[items]\ncells = "l{n}"\nkeys = {a = "b"}', "a"),
    "a name with a slash": ('name = "../x"\n' + LEAST, "../x"),
    "very deep": ("a = " + "[" * 5000, "TOML"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_profile_that_says_nonsense_is_refused_in_one_sentence(case):
    """The sentence names the profile and what is wrong in it."""
    text, named = REFUSED[case]

    with pytest.raises(ProfileInvalid) as refused:
        profiles.load(text, "mine")

    assert "mine" in refused.value.message
    assert named in refused.value.message
    assert "\n" not in refused.value.message
