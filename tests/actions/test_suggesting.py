"""The form of a number suggests its carrier, or nothing."""

from __future__ import annotations

import pytest

from commandes.actions import carriers
from commandes.actions.tracking import suggest


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("1Z999AA10123456784", "UPS"),
        ("1z 999 aa1 01 2345 6784", "UPS"),
        ("6A12345678901", "Colissimo"),
        ("8R 123 456 789 01", "Colissimo"),
        ("9V12345678901", "Colissimo"),
        ("CB123456789FR", "Colissimo"),
        ("1A12345678901", "La Poste"),
        ("2C12345678901", "La Poste"),
        ("LL123456789FR", "La Poste"),
        ("RK123456789FR", "La Poste"),
        ("XY123456789FR", "Chronopost"),
        ("XA123456789JB", "Chronopost"),
        ("EE123456789FR", "Chronopost"),
        ("DT123456789TS", "Chronopost"),
        ("12345678", "Mondial Relay"),
        ("3318810025", "DHL Express"),
        ("8487135506", "DHL Express"),
        ("JD014600003456789012", "DHL Express"),
        ("JJD014600003456789012", "DHL Express"),
        ("986578788855", "FedEx"),
        ("477179081230", "FedEx"),
        ("0414 4176 0228 964", "FedEx"),
        ("568283610012734", "FedEx"),
    ],
)
def test_a_form_of_one_carrier_suggests_it(number, carrier):
    """Blanks, dots, dashes and case aside."""
    assert suggest(number) == carrier


@pytest.mark.parametrize(
    "number",
    [
        "",
        "hello",
        "1234567890",  # ten digits that are no air waybill: Mondial Relay has some
        "996578788855",  # twelve digits that are no FedEx number
        "568283610012732",  # fifteen, neither
        "12345678901234",  # fourteen: DPD and others
        "CP123456789DE",  # another country's post
        "JD000225678901234567",  # Yodel
        "4A12345678901",
        "1Z999AA1012345678",
        "٣٣١٨٨١٠٠٢٥",  # digits, but not those of a carrier
    ],
)
def test_a_form_of_several_carriers_suggests_none(number):
    """Nothing rather than the wrong one."""
    assert suggest(number) is None


def test_what_is_suggested_stands_in_the_table(store):
    """A new shop's table of carriers knows each carrier that a form suggests."""
    names = {carrier.name for carrier in carriers.known(store)}
    suggested = {
        suggest(number)
        for number in (
            *("1Z999AA10123456784", "6A12345678901", "1A12345678901"),
            *("XY123456789FR", "12345678", "3318810025", "986578788855"),
        )
    }

    assert suggested == names
