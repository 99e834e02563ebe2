"""django-oscar's dashboard over our orders: runs in the peers' own environment.

`python oscar_site.py load DATABASE STORE` fills a new SQLite database through Oscar's
models and prints one JSON object; `python oscar_site.py serve DATABASE PORT` serves.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from oscar import INSTALLED_APPS, defaults

_COMMAND, _DATABASE, _LAST = sys.argv[1:4]
_BATCH = 5_000
_THREADS = 4
_BUILT_IN = "django.contrib.auth.middleware.AuthenticationMiddleware"
_STATUSES = ("new", "in_progress", "done", "cancelled")
_PROCESSORS = (
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.template.context_processors.i18n",
    "django.contrib.messages.context_processors.messages",
    "oscar.apps.search.context_processors.search_form",
    "oscar.apps.communication.notifications.context_processors.notifications",
    "oscar.core.context_processors.metadata",
)
_TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": _PROCESSORS},
}
_PARTS = {
    name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")
}
_CHOSEN = {
    # Carts of guests are searched by name too, and pages are as long as ours.
    "OSCAR_ALLOW_ANON_CHECKOUT": True,
    "OSCAR_DASHBOARD_ITEMS_PER_PAGE": 50,
    "OSCAR_ORDER_STATUS_PIPELINE": dict.fromkeys(_STATUSES, _STATUSES),
    "OSCAR_INITIAL_ORDER_STATUS": "new",
    "OSCAR_DEFAULT_CURRENCY": "EUR",
}
settings.configure(
    **_PARTS | _CHOSEN,
    SECRET_KEY="of a benchmark",  # noqa: S106 (guards nothing)
    ALLOWED_HOSTS=["127.0.0.1"],
    DEBUG=False,
    ROOT_URLCONF=__name__,
    STATIC_URL="/static/",
    MEDIA_URL="/media/",
    SITE_ID=1,
    USE_TZ=True,
    TIME_ZONE="Europe/Paris",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=INSTALLED_APPS,
    TEMPLATES=[_TEMPLATES],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        _BUILT_IN,
        "django.contrib.messages.middleware.MessageMiddleware",
        "oscar.apps.basket.middleware.BasketMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["oscar.apps.customer.auth_backends.EmailBackend"],
    HAYSTACK_CONNECTIONS={
        "default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}
    },
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _DATABASE,
            "CONN_MAX_AGE": None,
            "OPTIONS": {"init_command": "pragma journal_mode = wal"},
        }
    },
    LOGGING_CONFIG=None,
)
django.setup()
urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]

_ORDERS = """
select id, source_id, status, currency, total, tax, shipping, email, placed_at,
    customer_name, billing_address, shipping_address
from orders order by id
"""
_LINES = """
select order_id, sku, title, quantity, unit_price, total, coalesce(tax, 0) as tax
from order_lines order by id
"""


def _money(minor: int) -> Decimal:
    return Decimal(minor) / 100


def _address(model, text: str | None, name: str | None, key: int):
    told = json.loads(text) if text else {}
    first, _space, last = (told.get("name") or name or "").partition(" ")
    return model(
        id=key,
        first_name=first,
        last_name=last,
        line1=told.get("line1") or "",
        line2=told.get("line2") or "",
        line4=told.get("city") or "",
        postcode=told.get("zip") or "",
        country_id=told.get("country") or "FR",
    )


def _in_batches(rows):
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _load_orders(store: sqlite3.Connection) -> int:
    billing = apps.get_model("order", "BillingAddress")
    shipping = apps.get_model("order", "ShippingAddress")
    order = apps.get_model("order", "Order")
    count = 0
    for rows in _in_batches(store.execute(_ORDERS)):
        # As the shop keeps them: who is invoiced always, where to if it is delivered.
        billing.objects.bulk_create(
            _address(billing, row["billing_address"], row["customer_name"], row["id"])
            for row in rows
        )
        shipping.objects.bulk_create(
            _address(shipping, row["shipping_address"], None, row["id"])
            for row in rows
            if row["shipping_address"]
        )
        order.objects.bulk_create(
            order(
                id=row["id"],
                number=row["source_id"],
                site_id=1,
                currency=row["currency"],
                total_incl_tax=_money(row["total"]),
                total_excl_tax=_money(row["total"] - (row["tax"] or 0)),
                shipping_incl_tax=_money(row["shipping"]),
                shipping_excl_tax=_money(row["shipping"]),
                status=row["status"],
                guest_email=row["email"] or "",
                billing_address_id=row["id"],
                shipping_address_id=row["id"] if row["shipping_address"] else None,
                date_placed=datetime.fromtimestamp(row["placed_at"] / 1e6, UTC),
            )
            for row in rows
        )
        count += len(rows)
    return count


def _load_lines(store: sqlite3.Connection) -> None:
    line = apps.get_model("order", "Line")
    for rows in _in_batches(store.execute(_LINES)):
        line.objects.bulk_create(
            line(
                order_id=row["order_id"],
                partner_sku=row["sku"] or "",
                title=row["title"],
                quantity=row["quantity"],
                line_price_incl_tax=_money(row["total"]),
                line_price_excl_tax=_money(row["total"] - row["tax"]),
                line_price_before_discounts_incl_tax=_money(row["total"]),
                line_price_before_discounts_excl_tax=_money(row["total"] - row["tax"]),
                unit_price_incl_tax=_money(row["unit_price"]),
                num_allocated=0,
            )
            for row in rows
        )


def _load() -> None:
    from django.db import connection, transaction
    from django.test import Client

    call_command("migrate", verbosity=0)
    store = sqlite3.connect(f"file:{_LAST}?mode=ro", uri=True)
    store.row_factory = sqlite3.Row
    country = apps.get_model("address", "Country")
    codes = store.execute(
        "select distinct json_extract(billing_address, '$.country') as code from orders"
        " union select distinct json_extract(shipping_address, '$.country') from orders"
    )
    codes = {row["code"] or "FR" for row in codes}
    country.objects.bulk_create(
        country(iso_3166_1_a2=code, name=code, printable_name=code) for code in codes
    )
    began = time.perf_counter()
    with transaction.atomic():
        count = _load_orders(store)
        _load_lines(store)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    seconds = time.perf_counter() - began
    client = Client()
    staff = apps.get_model("auth", "User").objects.create_superuser("bench", "b@x.org")
    client.force_login(staff, "oscar.apps.customer.auth_backends.EmailBackend")
    cookie = client.cookies["sessionid"].value
    print(json.dumps({"orders": count, "seconds": seconds, "cookie": cookie}))


if __name__ == "__main__":
    if _COMMAND == "load":
        _load()
    else:
        from waitress import serve

        serve(
            get_wsgi_application(), host="127.0.0.1", port=int(_LAST), threads=_THREADS
        )
