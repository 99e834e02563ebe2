"""Settings as the environment gives them."""

from __future__ import annotations

import pytest

from commandes import settings


@pytest.mark.parametrize(
    "told",
    [
        "3 place du Phare|29200 Brest",
        r"3 place du Phare\n29200 Brest",
        "3 place du Phare\n 29200 Brest\n\n",
        "3 place du Phare | | 29200 Brest",
    ],
)
def test_the_shop_s_address_has_lines(told):
    """Parted by a bar, a line break, or how one is typed."""
    read = settings.read({"COMMANDES_SHOP_ADDRESS": told})

    assert read.shop_address == ("3 place du Phare", "29200 Brest")


def test_a_shop_without_address_has_no_lines():
    """The default."""
    assert settings.read({}).shop_address == ()
