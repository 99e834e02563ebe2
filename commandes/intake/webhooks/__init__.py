"""Webhooks: what platforms tell the server by themselves.

A delivery is verified on its raw bytes (`signatures`), kept as it came (`deliveries`),
then answered; a worker reads it (`shopify`, `woocommerce`, `stripe`, `orders`) and
does what it says exactly once (`work`). An order comes in through the column profile
of the same platform's file, so that a file never doubles what was told before.
"""

from __future__ import annotations

# The last part of each address, and who sends there.
NAMES = {
    "shopify": "Shopify",
    "woocommerce": "WooCommerce",
    "stripe": "Stripe",
    "orders": "Standard Webhooks",
}
PATH = "/api/webhooks/"
PATHS = frozenset(f"{PATH}{endpoint}" for endpoint in NAMES)
