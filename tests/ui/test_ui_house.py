"""The store and the mirror of a process, opened once."""

from __future__ import annotations

from commandes import settings
from commandes.ui.house import close_house, open_house


def test_a_house_is_opened_once(tmp_path):
    """The same settings lead to the same store and mirror."""
    try:
        house = open_house(settings.read({"COMMANDES_DATA_DIR": str(tmp_path)}))
        assert open_house(house.settings) is house
    finally:
        close_house()
