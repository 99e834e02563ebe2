"""The orders that every set of samples holds, however small it is.

Chance alone would leave a set of some hundred orders without a refund to make or a
table of today; these cases stand among the last orders of every set.
"""

from __future__ import annotations

from typing import NamedTuple

# How an order goes. What became of it by `now` depends on its age.
FATES = (
    "settled",  # paid at once
    "on_site",  # paid when the service is given
    "transfer",  # a bank transfer or a cheque, on its way for some days
    "unpaid",  # the payment failed
    "deposit",  # a part at once, the balance near the service
    "instalments",
    "renewals",
    "cart",  # begun, never paid
    "recovered",  # an abandoned cart, paid later
    "dropped",  # cancelled before it was paid
    "cancelled",  # cancelled and given back
    "refund_here",
    "refund_here_part",
    "refund_platform",
    "refund_platform_part",
)

# How often each fate is met in each module.
FATE_SHARES: dict[str, dict[str, float]] = {
    "store": {"settled": 0.50, "transfer": 0.06, "unpaid": 0.02, "cart": 0.26}
    | {"recovered": 0.04, "dropped": 0.025, "cancelled": 0.02, "refund_here": 0.02}
    | {"refund_here_part": 0.02, "refund_platform": 0.015}
    | {"refund_platform_part": 0.02},
    "events": {"settled": 0.53, "on_site": 0.04, "transfer": 0.03, "unpaid": 0.02}
    | {"deposit": 0.08, "cart": 0.16, "recovered": 0.03, "dropped": 0.03}
    | {"cancelled": 0.03, "refund_here": 0.015, "refund_here_part": 0.01}
    | {"refund_platform": 0.015, "refund_platform_part": 0.01},
    "pricing": {"settled": 0.25, "transfer": 0.08, "unpaid": 0.04}
    | {"instalments": 0.14, "renewals": 0.36, "cart": 0.05, "recovered": 0.01}
    | {"dropped": 0.02, "cancelled": 0.01, "refund_here": 0.01}
    | {"refund_here_part": 0.01, "refund_platform": 0.01}
    | {"refund_platform_part": 0.01},
    "restaurant": {"settled": 0.38, "on_site": 0.42, "unpaid": 0.01, "deposit": 0.05}
    | {"dropped": 0.07, "cancelled": 0.03, "refund_here": 0.01}
    | {"refund_here_part": 0.01, "refund_platform": 0.01}
    | {"refund_platform_part": 0.01},
    "booking": {"settled": 0.37, "on_site": 0.22, "transfer": 0.02, "unpaid": 0.02}
    | {"deposit": 0.14, "cart": 0.08, "recovered": 0.02, "dropped": 0.05}
    | {"cancelled": 0.03, "refund_here": 0.015, "refund_here_part": 0.01}
    | {"refund_platform": 0.015, "refund_platform_part": 0.01},
}


class Case(NamedTuple):
    """One order that must be there.

    Attributes:
        age: days between its placing and now.
        service: days from today to its service, if it has one.
        marked: days between its refund mark, still to do, and now.
        customer: a customer of words.ABROAD, whose currency it brings.
        tag: a tag that it bears for certain.
    """

    age: float
    module: str
    fate: str
    service: int | None = None
    marked: float | None = None
    customer: int | None = None
    tag: str | None = None


# The most telling ones first: a very small set holds only the beginning.
CASES = (
    Case(0.02, "store", "settled", tag="Urgent"),
    Case(12, "store", "refund_here", marked=5),
    Case(2.3, "restaurant", "settled", service=0, tag="VIP"),
    Case(3.4, "booking", "on_site", service=0),
    Case(8.2, "events", "settled", service=0),
    Case(0.3, "store", "cart"),
    Case(0.01, "store", "cart"),
    Case(1.3, "store", "transfer", tag="À rappeler"),
    Case(40, "pricing", "renewals"),
    Case(5.1, "events", "deposit", service=12),
    Case(0.6, "store", "unpaid"),
    Case(25, "store", "dropped"),
    Case(14, "store", "refund_here_part", marked=7),
    Case(45, "store", "refund_here"),
    Case(6, "store", "cancelled", marked=4),
    Case(9.3, "store", "recovered"),
    Case(2.2, "store", "settled", tag="Cadeau"),
    Case(3.1, "store", "settled", tag="Fragile"),
    Case(70, "store", "settled"),
    Case(55, "store", "refund_here_part"),
    Case(50, "store", "refund_platform"),
    Case(53, "store", "refund_platform_part"),
    Case(42, "pricing", "instalments"),
    Case(1.6, "store", "settled", customer=17),
    Case(2.8, "store", "settled", customer=29),
    Case(4.4, "store", "settled", customer=37),
    Case(1.9, "store", "settled", customer=64),
    Case(1.2, "restaurant", "on_site", service=0),
    Case(4.6, "restaurant", "settled", service=0),
    Case(6.3, "restaurant", "deposit", service=0),
    Case(1.4, "booking", "settled", service=0),
    Case(5.7, "booking", "deposit", service=0),
    Case(19, "events", "deposit", service=0),
    Case(11, "events", "settled", service=0),
    Case(4.8, "store", "refund_here", marked=2),
    Case(6.9, "booking", "refund_here", service=8, marked=1),
    Case(9.6, "restaurant", "refund_here", service=-4, marked=3),
    Case(10.5, "events", "refund_here", service=20, marked=2),
    Case(30, "events", "cancelled", service=9),
    Case(27, "booking", "deposit", service=-4),
    Case(17, "store", "transfer"),
    Case(0.4, "pricing", "transfer"),
    Case(0.15, "pricing", "settled"),
    Case(0.1, "events", "settled", service=18),
    Case(0.2, "restaurant", "settled", service=6),
    Case(0.12, "booking", "on_site", service=3),
    Case(2.6, "restaurant", "on_site", service=1),
    Case(3.7, "booking", "settled", service=1),
    Case(7.4, "events", "settled", service=5),
    Case(13, "booking", "settled", service=9),
    Case(15, "events", "on_site", service=33, tag="Presse"),
    Case(0.005, "events", "cart"),
    Case(2.1, "booking", "cart"),
    Case(0.04, "store", "settled"),
    Case(0.07, "store", "settled"),
    Case(0.8, "store", "settled"),
)
