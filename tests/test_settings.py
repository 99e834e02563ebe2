"""Settings as the environment gives them."""

from __future__ import annotations

import pytest

from commandes import settings
from commandes.errors import BadSetting


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


TOLD = {
    "COMMANDES_DATA_DIR": "/srv/commandes",
    "COMMANDES_SHOP_ADDRESS": "Au Phare|29200 Brest, France|France",
    "COMMANDES_ALLOWED_HOSTS": "Shop.example.org, orders.example.org",
    "COMMANDES_TRUSTED_PROXIES": "192.0.2.1,2001:db8::/32",
    "COMMANDES_METRICS_TOKEN": "0123456789abcdef0123456789abcdef",
    "COMMANDES_SECURITY_CONTACT": "security@example.org",
    "COMMANDES_BACKUP_DIR": "/srv/backups",
    "COMMANDES_BACKUP_EVERY": "24",
    "COMMANDES_DEVELOPMENT": "1",
}


@pytest.mark.parametrize("told", [{}, TOLD])
def test_settings_reach_a_child_process_as_they_are(told):
    """Written as an environment and read again they are the same."""
    read = settings.read(told)

    assert settings.read(settings.environment(read)) == read


def test_hosts_and_proxies_are_lists():
    """Names in small letters, addresses and networks as they are."""
    read = settings.read(TOLD)

    assert read.allowed_hosts == ("shop.example.org", "orders.example.org")
    assert read.trusted_proxies == ("192.0.2.1", "2001:db8::/32")
    assert settings.read({}).trusted_proxies == ()
    assert settings.read({}).backups.name == "backups"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://shop.example.org"),
        ("ALLOWED_HOSTS", "shop.example.org:443"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("METRICS_TOKEN", "short"),
        ("SECURITY_CONTACT", "nobody"),
        ("LOG", "some"),
        ("BACKUP_EVERY", "-1"),
        ("BACKUP_EVERY", "nan"),
        ("BACKUP_KEEP", "0"),
    ],
)
def test_what_would_open_a_door_is_refused(name, value):
    """No wildcard for hosts or proxies, no token that can be guessed."""
    with pytest.raises(BadSetting, match=f"COMMANDES_{name}"):
        settings.read({f"COMMANDES_{name}": value})
