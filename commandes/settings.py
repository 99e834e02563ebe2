"""Every setting: name, default, help. They come from the environment only."""

from __future__ import annotations

import base64
import ipaddress
import os
import re
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from commandes.errors import BadSetting, SettingMissing, UnknownSetting
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "COMMANDES_"


@dataclass(frozen=True)
class Setting:
    """One setting as people give it: `COMMANDES_` + name in capitals."""

    name: str
    default: str
    help: str
    read: Callable[[str], Any]
    expected: str

    @property
    def variable(self) -> str:
        """The environment variable's name."""
        return PREFIX + self.name.upper()


def _timezone(value: str) -> str:
    ZoneInfo(value)  # raises for what is no zone
    return value


# A day: no write waits longer for its turn.
_LONGEST_WAIT = 86_400.0
_MOST_MONTHS = 1_200
# What signs cookies cannot be guessed.
_SHORTEST_SECRET = 32
# Of a platform that chooses its own.
_SHORTEST_KEY = 16
# More would exhaust the machine.
_MOST_THREADS = 256
# A year: no automatic backup is rarer.
_MOST_HOURS = 8_760.0


def _folder(value: str) -> Path:
    if not value.strip():  # an empty text would be the folder one stands in
        raise ValueError(value)
    return Path(value).expanduser().resolve()


def _threads(value: str) -> int:
    if (number := _positive(value)) > _MOST_THREADS:
        raise ValueError(value)
    return number


def _positive(value: str) -> int:
    if (number := int(value)) < 1:
        raise ValueError(value)
    return number


def _months(value: str) -> int:
    """Months, at most a century; 0 for ever."""
    if not 0 <= (number := int(value)) <= _MOST_MONTHS:
        raise ValueError(value)
    return number


def _seconds(value: str) -> float:
    if not 0 <= (number := float(value)) <= _LONGEST_WAIT:
        raise ValueError(value)
    return number


def _limit(value: str) -> float:
    if not 0 < (number := float(value)) <= _LONGEST_WAIT:
        raise ValueError(value)
    return number


def _size(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d* ?[KMG]B", value, re.IGNORECASE):
        raise ValueError(value)
    return value


def _currency(value: str) -> str:
    if len(value) != 3 or not value.isalpha() or not value.isupper():  # noqa: PLR2004
        raise ValueError(value)
    return value


def _language(value: str) -> str:
    if value not in ("fr", "en"):
        raise ValueError(value)
    return value


def _address(value: str) -> str:
    if "@" not in value or not value.isprintable() or value != value.strip():
        raise ValueError(value)
    return value


def _https(value: str) -> str:
    """A web address without its last slash; empty for none."""
    url = urlsplit(value)
    if value and (url.scheme != "https" or not url.hostname or not _is_plain(value)):
        raise ValueError(value)
    return value.rstrip("/")


def _public_url(value: str) -> str:
    """The same; on this machine itself http will do, to try it out."""
    url = urlsplit(value)
    here = url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost")
    if here and _is_plain(value):
        return value.rstrip("/")
    return _https(value)


def _names(value: str) -> tuple[str, ...]:
    """Host names parted by commas, without port; no wildcard for all of them."""
    names = tuple(part.lower() for part in _parts(value))
    if not all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", name) for name in names):
        raise ValueError(value)
    return names


def _networks(value: str) -> tuple[str, ...]:
    """Addresses or networks parted by commas."""
    return tuple(_network(part) for part in _parts(value))


def _parts(value: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,\n]", value) if part.strip()]


def _network(value: str) -> str:
    if "/" in value:
        return str(ipaddress.ip_network(value))
    return str(ipaddress.ip_address(value))


def _folder_or_none(value: str) -> Path | None:
    return _folder(value) if value.strip() else None


def _hours(value: str) -> float:
    if not 0 <= (number := float(value)) <= _MOST_HOURS:
        raise ValueError(value)
    return number


def _provider_url(value: str) -> str:
    # With its path, and perhaps a slash at its end that belongs to it.
    _public_url(value)
    return value


def _secret(value: str) -> str:
    if value and (len(value) < _SHORTEST_SECRET or not _is_plain(value)):
        raise ValueError(value)
    return value


def _webhook_secrets(value: str) -> tuple[str, ...]:
    """One secret, or the new and the old one during a rotation."""
    # A platform's own secret may hold spaces and commas.
    secrets = tuple(filter(None, re.split(r"\\n|\n", value)))
    if any(len(one) < _SHORTEST_KEY or not one.isprintable() for one in secrets):
        raise ValueError(value)
    return secrets


def _standard_secrets(value: str) -> tuple[str, ...]:
    """The same, each in base64, behind whsec_ or without it."""
    secrets = _webhook_secrets(value)
    for one in secrets:
        key = base64.b64decode(one.removeprefix("whsec_"), validate=True)
        if len(key) < _SHORTEST_KEY:
            raise ValueError(value)
    return secrets


def _contact(value: str) -> str:
    if value and not ("@" in value or value.startswith("https://")):
        raise ValueError(value)
    if not _is_plain(value):
        raise ValueError(value)
    return value


def _log(value: str) -> str:
    if value not in ("auto", "all", "trouble"):
        raise ValueError(value)
    return value


def _is_plain(value: str) -> bool:
    # It goes into a header of an e-mail, between < and >.
    return value.isascii() and value.isprintable() and not set(value) & set(' <>"')


def _lines(value: str) -> tuple[str, ...]:
    r"""Lines parted by line breaks, by `\n` as it is typed, or by `|`."""
    parted = value.replace("\\n", "\n").replace("|", "\n").splitlines()
    return tuple(line.strip() for line in parted if line.strip())


def _switch(value: str) -> bool:
    return {"0": False, "1": True}[value]


SETTINGS = (
    Setting(
        "data_dir",
        "data",
        "Folder of everything local: the SQLite store, its key, mirrors, exports.",
        _folder,
        N_("un dossier"),
    ),
    Setting(
        "database_url",
        "",
        "SQLAlchemy URL of the store; empty: SQLite, commandes.db in the data folder.",
        str,
        N_("une URL SQLAlchemy"),
    ),
    Setting(
        "timezone",
        "Europe/Paris",
        "Time zone of the shop: days, weeks and months are counted in it.",
        _timezone,
        N_("un fuseau horaire tel que Europe/Paris"),
    ),
    Setting(
        "language",
        "fr",
        "Language of the command line and of a page whose reader chose none: fr, en.",
        _language,
        N_("fr ou en"),
    ),
    Setting(
        "currency",
        "EUR",
        "Currency of files that name none (ISO 4217).",
        _currency,
        N_("un code ISO 4217 tel que EUR"),
    ),
    Setting(
        "shop_name",
        "Ma boutique",
        "Name of the shop, shown at the top of the menu and on documents.",
        str,
        N_("un texte"),
    ),
    Setting(
        "shop_address",
        "",
        "Address of the shop on delivery notes; its lines parted by \\n or |.",
        _lines,
        N_("un texte"),
    ),
    Setting(
        "journal_key",
        "",
        "Key of the journal's digests; empty: the file journal.key in the data folder.",
        str,
        N_("un texte"),
    ),
    Setting(
        "cart_delay",
        "60",
        "Minutes without payment after which a cart counts as abandoned.",
        _positive,
        N_("un nombre entier de minutes"),
    ),
    Setting(
        "public_url",
        "",
        "Address at which customers reach this app, https; reminders of carts need it "
        "for their unsubscribe link.",
        _public_url,
        N_("une adresse https"),
    ),
    Setting(
        "shop_url",
        "",
        "Address of the shop, https: where reminders of carts lead when the cart's "
        "source gives no link.",
        _https,
        N_("une adresse https"),
    ),
    Setting(
        "oidc_metadata_url",
        "",
        "Login: the provider's discovery document "
        "(https://…/.well-known/openid-configuration); empty: one person alone is "
        "served, on this machine.",
        _provider_url,
        N_("une adresse https"),
    ),
    Setting(
        "oidc_client_id",
        "",
        "Login: what the provider calls this app.",
        str,
        N_("un texte"),
    ),
    Setting(
        "oidc_client_secret",
        "",
        "Login: the secret that the provider gave this app.",
        str,
        N_("un texte"),
    ),
    Setting(
        "oidc_cookie_secret",
        "",
        "Login: what signs its cookies; empty: a random key in `login.key` of the data "
        "folder, in no backup.",
        _secret,
        N_("un texte d’au moins 32 caractères"),
    ),
    Setting(
        "app_url",
        "",
        "Address at which people open this app, https; the provider sends them back "
        "to it (/oauth2callback).",
        _public_url,
        N_("une adresse https"),
    ),
    Setting(
        "idle_timeout",
        "28800",
        "Seconds without a click after which one has to log in again (8 hours).",
        _limit,
        N_("un nombre de secondes"),
    ),
    Setting(
        "session_timeout",
        "43200",
        "Seconds after which one has to log in again in any case (12 hours).",
        _limit,
        N_("un nombre de secondes"),
    ),
    Setting(
        "lock_timeout",
        "30",
        "Seconds a write waits for its turn before it gives up.",
        _seconds,
        N_("un nombre de secondes"),
    ),
    Setting(
        "mirror_memory",
        "1GB",
        "Memory that DuckDB may use for the mirror, in DuckDB's words.",
        str,
        N_("une taille telle que 1GB"),
    ),
    Setting(
        "mirror_threads",
        str(min(4, os.cpu_count() or 1)),
        "Threads that DuckDB may use for the mirror (default: processors, at most 4).",
        _threads,
        N_("un nombre entier"),
    ),
    Setting(
        "notebook_seconds",
        "10",
        "Seconds that a free analysis (SQL) may take before it is stopped.",
        _limit,
        N_("un nombre de secondes"),
    ),
    Setting(
        "notebook_rows",
        "10000",
        "Rows that a free analysis may give; more are left out, and that is said.",
        _positive,
        N_("un nombre entier de lignes"),
    ),
    Setting(
        "notebook_memory",
        "512MB",
        "Memory that a free analysis may use.",
        _size,
        N_("une taille telle que 512MB"),
    ),
    Setting(
        "smtp_url",
        "",
        "Mail server: smtp://, smtp+starttls:// or smtps:// user:password@host:port; "
        "empty: messages stay queued.",
        str,
        N_("une URL SMTP"),
    ),
    Setting(
        "mail_from",
        "boutique@example.org",
        "Address that messages to customers come from.",
        _address,
        N_("une adresse e-mail"),
    ),
    Setting(
        "imap_url",
        "",
        "Mailbox of the customers' replies: imap://, imap+starttls:// or imaps:// "
        "user:password@host:port/folder; empty: replies are not read.",
        str,
        N_("une URL IMAP"),
    ),
    Setting(
        "shopify_webhook_secret",
        "",
        "Shopify's webhooks: the secret that signs them, two parted by \\n while one "
        "takes the place of the other; empty: the address does not exist.",
        _webhook_secrets,
        N_("un secret d’au moins 16 caractères"),
    ),
    Setting(
        "woocommerce_webhook_secret",
        "",
        "WooCommerce's webhooks: the same.",
        _webhook_secrets,
        N_("un secret d’au moins 16 caractères"),
    ),
    Setting(
        "stripe_webhook_secret",
        "",
        "Stripe's webhooks: the same, whsec_… as Stripe shows it.",
        _webhook_secrets,
        N_("un secret d’au moins 16 caractères"),
    ),
    Setting(
        "orders_webhook_secret",
        "",
        "Webhooks of any other program (Standard Webhooks): the same, in base64 behind "
        "whsec_.",
        _standard_secrets,
        N_("un secret en base64, tel que whsec_…"),
    ),
    Setting(
        "webhooks_move_stock",
        "0",
        "1: new orders that come by webhook take their articles out of stock.",
        _switch,
        N_("0 ou 1"),
    ),
    Setting(
        "keep_customers_months",
        "0",
        "Months after which the personal data of orders is erased; 0: never.",
        _months,
        N_("un nombre entier de mois"),
    ),
    Setting(
        "keep_ip_months",
        "13",
        "Months after which IP addresses are shortened (/24, /48); 0: never.",
        _months,
        N_("un nombre entier de mois"),
    ),
    Setting(
        "upload_limit",
        "500",
        "Largest file, in megabytes, that the import page takes.",
        _positive,
        N_("un nombre entier de mégaoctets"),
    ),
    Setting(
        "allowed_hosts",
        "",
        "Names under which the app answers besides this machine's, parted by commas: "
        "those that a proxy passes on.",
        _names,
        N_("une liste de noms d’hôte"),
    ),
    Setting(
        "trusted_proxies",
        "",
        "Addresses or networks of the proxies whose X-Forwarded-For and -Proto are "
        "believed, parted by commas; empty: nobody's.",
        _networks,
        N_("une liste d’adresses IP"),
    ),
    Setting(
        "metrics_token",
        "",
        "Who has it may read /metrics from elsewhere (Authorization: Bearer); empty: "
        "this machine alone. At least 32 characters.",
        _secret,
        N_("un secret d’au moins 32 caractères"),
    ),
    Setting(
        "security_contact",
        "",
        "Whom to tell of a security hole, an e-mail or an https address: shown in "
        "/.well-known/security.txt.",
        _contact,
        N_("un e-mail ou une adresse https"),
    ),
    Setting(
        "log",
        "auto",
        "What the server writes to standard error: all that happens, trouble only, or "
        "auto: all, but on a terminal trouble only.",
        _log,
        N_("auto, all ou trouble"),
    ),
    Setting(
        "backup_dir",
        "",
        "Folder of the automatic backups; empty: backups in the data folder.",
        _folder_or_none,
        N_("un dossier"),
    ),
    Setting(
        "backup_every",
        "0",
        "Hours between two automatic backups; 0: none.",
        _hours,
        N_("un nombre d’heures"),
    ),
    Setting(
        "backup_keep",
        "14",
        "How many automatic backups are kept.",
        _positive,
        N_("un nombre entier"),
    ),
    Setting(
        "development",
        "0",
        "1 shows the details of unexpected errors on screen.",
        _switch,
        N_("0 ou 1"),
    ),
)


@dataclass(frozen=True)
class Settings:
    """The settings in force, read once per process or test.

    Attributes are those of SETTINGS; see each one's help there.
    """

    data_dir: Path
    database_url: str
    timezone: str
    language: str
    currency: str
    shop_name: str
    shop_address: tuple[str, ...]
    journal_key: str
    cart_delay: int
    public_url: str
    shop_url: str
    oidc_metadata_url: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_cookie_secret: str = field(repr=False)
    app_url: str
    idle_timeout: float
    session_timeout: float
    lock_timeout: float
    mirror_memory: str
    mirror_threads: int
    notebook_seconds: float
    notebook_rows: int
    notebook_memory: str
    smtp_url: str
    mail_from: str
    imap_url: str
    shopify_webhook_secret: tuple[str, ...] = field(repr=False)
    woocommerce_webhook_secret: tuple[str, ...] = field(repr=False)
    stripe_webhook_secret: tuple[str, ...] = field(repr=False)
    orders_webhook_secret: tuple[str, ...] = field(repr=False)
    webhooks_move_stock: bool
    keep_customers_months: int
    keep_ip_months: int
    upload_limit: int
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    metrics_token: str = field(repr=False)
    security_contact: str
    log: str
    backup_dir: Path | None
    backup_every: float
    backup_keep: int
    development: bool

    def webhook_secrets(self, endpoint: str) -> tuple[str, ...]:
        """The secrets of a webhook's address; none: it does not exist."""
        found: tuple[str, ...] = getattr(self, f"{endpoint}_webhook_secret", ())
        return found

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def store_url(self) -> str:
        """The store's URL, the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'commandes.db'}"

    @property
    def backups(self) -> Path:
        """The folder of the automatic backups, the default filled in."""
        return self.backup_dir or self.data_dir / "backups"

    def make_data_dir(self) -> None:
        """Make the data folder, closed to others; one that is there stays as it is."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def environment(settings: Settings) -> dict[str, str]:
    """The variables that `read` makes these settings of, for a child process."""
    return {
        setting.variable: _written(getattr(settings, setting.name))
        for setting in SETTINGS
    }


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return "\n".join(value)
    return str(value)


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of an environment.

    Raises:
        UnknownSetting: a COMMANDES_ variable that no setting has.
        BadSetting: a value that the setting cannot take.
        SettingMissing: what a login needs besides its provider.
    """
    given = tuple(item for item in environment.items() if item[0].startswith(PREFIX))
    try:
        here = os.getcwd()  # noqa: PTH109 (a text is enough)
    except FileNotFoundError:
        here = ""
    return _read(given, here, os.environ.get("HOME", ""))


# Each page asks several times.
@lru_cache(maxsize=16)
def _read(given: tuple[tuple[str, str], ...], _here: str, _home: str) -> Settings:
    """The same of variables; relative folders are of where one stands."""
    environment = dict(given)
    known = {setting.variable for setting in SETTINGS}
    for name in environment:
        if name not in known:
            import difflib

            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            raise UnknownSetting(name=name, near=near)
    values = {}
    for setting in SETTINGS:
        value = environment.get(setting.variable, setting.default)
        try:
            values[setting.name] = setting.read(value)
        except (ValueError, KeyError, OSError):
            shown = "…" if setting.name.endswith("_secret") else value
            raise BadSetting(
                name=setting.variable, value=shown, expected=_(setting.expected)
            ) from None
    if values["oidc_metadata_url"]:
        for name in ("oidc_client_id", "oidc_client_secret", "app_url"):
            if not values[name]:
                raise SettingMissing(name=PREFIX + name.upper())
    return Settings(**values)


assert {f.name for f in fields(Settings)} == {s.name for s in SETTINGS}  # noqa: S101 (both lists stand in this file)
