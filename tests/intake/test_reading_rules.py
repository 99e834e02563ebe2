"""What a file owes row by row: orders put together, refused, balanced, settled."""

from __future__ import annotations

import pytest

HEAD = "n,d,a,q,p,t\n"
TOTAL = 'total = "t"'
DAY = "01/02/2026"


def reasons(incoming):
    return dict(incoming.rejects.select("row", "reason").iter_rows())


def sums(incoming, *columns):
    return incoming.orders.select(columns).rows()


def test_where_the_file_gives_a_total_one_bad_row_refuses_its_order(reading):
    """Each row of it is listed, and the other orders come in."""
    text = f"{HEAD}1,{DAY},x,1,2,5\n1,{DAY},y,one,3,5\n2,{DAY},z,1,4,4\n"

    found = reading(text, columns=TOTAL)

    assert sums(found, "number", "total") == [("2", 400)]
    assert list(reasons(found)) == [1, 2]
    assert "autre ligne" in reasons(found)[1]
    assert "quantité" in reasons(found)[2]


def test_where_the_total_is_made_of_the_lines_that_row_alone_is_refused(reading):
    """The rest of the order stands."""
    text = f"{HEAD}1,{DAY},x,1,2,\n1,{DAY},y,one,3,\n2,{DAY},z,1,4,\n"

    found = reading(text)

    assert sums(found, "number", "total") == [("1", 200), ("2", 400)]
    assert list(reasons(found)) == [2]


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (",01/02/2026,x,1,2,2", "numéro"),
        ("1,,x,1,2,2", "date de commande manque"),
        ("1,31/02/2026,x,1,2,2", "date de commande est illisible"),
        ("1,01/02/2026,x,,2,2", "quantité manque"),
        ("1,01/02/2026,x,1.5,2,2", "quantité est illisible"),
        ("1,01/02/2026,x,99999999999,2,2", "quantité est illisible"),
        ("1,01/02/2026,x,0,2,2", "nulle ou négative"),
        ("1,01/02/2026,x,-1,2,2", "nulle ou négative"),
        ("1,01/02/2026,x,1,,2", "prix manque"),
        ("1,01/02/2026,x,1,abc,2", "prix de la ligne est illisible"),
        ("1,01/02/2026,x,1,-2,2", "négatif"),
        ("1,01/02/2026,x,1,2,abc", "total de la commande est illisible"),
        ("1,01/02/2026,x,1,2,-2", "total de la commande est négatif"),
        ("1,01/02/2026,x,1,2,2,3", "plus de cellules"),
        (f"1,01/02/2026,{'x' * 40_000},1,2,2", "32 767"),
        ("C1,01/02/2026,x,1,2,2", "avoir"),
    ],
)
def test_each_kind_of_bad_row_has_its_reason(reading, row, part):
    """In words that hold no value of the row, beside a good row that comes in."""
    text = f"{HEAD}{row}\n9,{DAY},z,1,4,4\n"

    found = reading(text, columns=TOTAL, keys='credit_notes = "C"')

    assert sums(found, "number", "total") == [("9", 400)]
    assert list(reasons(found)) == [1]
    assert part in reasons(found)[1]


def test_currencies_are_those_of_iso_4217(reading):
    """Signs that mean one currency count too; anything else is refused."""
    text = "n,d,a,q,p,c\n" + "".join(
        f"{n},{DAY},x,1,2,{c}\n" for n, c in enumerate(["eur", "£", "", "JPY", "ABC"])
    )

    found = reading(text, columns='currency = "c"')

    assert sums(found, "currency", "total") == [
        ("EUR", 200),
        ("GBP", 200),
        ("EUR", 200),
        ("JPY", 2),
    ]
    assert list(reasons(found)) == [5]


def test_totals_repeated_on_each_row_count_once(reading):
    """And an order whose rows tell two totals, or two currencies, is refused."""
    text = "n,d,a,q,p,t,c\n" + "\n".join(
        (
            f"1,{DAY},x,1,2,5,EUR",
            f"1,{DAY},y,1,3,5,EUR",
            f"2,{DAY},x,1,2,5,EUR",
            f"2,{DAY},y,1,3,6,EUR",
            f"3,{DAY},x,1,2,5,EUR",
            f"3,{DAY},y,1,3,5,USD",
        )
    )

    found = reading(text, columns=f'{TOTAL}\ncurrency = "c"')

    assert sums(found, "number", "total") == [("1", 500)]
    assert list(reasons(found)) == [3, 4, 5, 6]


def test_an_order_whose_rows_carry_two_dates_was_placed_at_the_earlier(reading):
    """Whatever their order in the file."""
    text = f"n,d,a,q,p\n1,{DAY} 10:31,x,1,2\n1,{DAY} 10:30,y,1,3\n"

    first, second = reading(text), reading(text.replace("10:30", "10:31"))

    assert (second.orders["placed_at"] - first.orders["placed_at"]).item() == 60_000_000


def test_order_fields_on_the_first_row_belong_to_all_its_rows(reading):
    """Also when the rows of two orders are mixed, and the head comes second."""
    text = f"{HEAD}1,,y,1,3,\n2,{DAY},z,1,4,4\n1,{DAY},x,1,2,5\n2,,w,1,1,\n"

    found = reading(text, keys='rows = "first_row"', columns=TOTAL)

    assert sorted(sums(found, "number", "total")) == [("1", 500), ("2", 400)]
    assert found.gaps == 1
    assert found.lines.group_by("source_id").len().sort("source_id").rows() == [
        ("1", 2),
        ("2", 2),
    ]


def test_a_date_repeated_below_begins_no_second_order(reading):
    """Platforms repeat number and date on each line; the total stands on the first."""
    text = f"{HEAD}1,{DAY},x,1,2,5\n1,{DAY},y,1,3,\n2,{DAY},z,1,4,4\n2,{DAY},w,1,1,4\n"

    found = reading(text, keys='rows = "first_row"', columns=TOTAL)

    assert sums(found, "number", "total") == [("1", 500), ("2", 400)]
    assert found.lines["title"].to_list() == ["x", "y", "z"]
    assert list(reasons(found)) == [4]  # with a total of its own: order 2 once more


def test_lines_without_the_row_that_holds_their_order_are_refused(reading):
    """A file cut at its beginning says nothing of when and how much."""
    text = f"{HEAD}1,,y,1,3,\n2,{DAY},z,1,4,4\n"

    found = reading(text, keys='rows = "first_row"', columns=TOTAL)

    assert sums(found, "number") == [("2",)]
    assert list(reasons(found)) == [1]


def test_an_order_number_on_the_first_row_only_holds_for_the_rows_below(reading):
    """As people lay out orders by hand."""
    text = f"{HEAD}1,{DAY},x,1,2,5\n,,y,1,3,\n2,{DAY},z,1,4,4\n"
    keys = 'rows = "first_row"\nnumber_once = true'

    found = reading(text, keys=keys, columns=TOTAL)

    assert found.lines.select("source_id", "title").rows() == [
        ("1", "x"),
        ("1", "y"),
        ("2", "z"),
    ]


@pytest.mark.parametrize("layout", ["first_row", "orders"])
def test_an_order_that_comes_again_lower_down_is_refused_there(reading, layout):
    """Two exports pasted together do not double an order."""
    text = f"{HEAD}1,{DAY},x,1,2,2\n2,{DAY},z,1,4,4\n1,{DAY},x,1,9,9\n"

    found = reading(text, keys=f'rows = "{layout}"', columns=TOTAL)

    assert sums(found, "number", "total") == [("1", 200), ("2", 400)]
    assert list(reasons(found)) == [3]
    assert "déjà" in reasons(found)[3]


PARTS = "n,d,a,q,p,s,r,v,x,t,g\n"
PART_COLUMNS = """
subtotal = "s"
discount = "r"
shipping = "v"
tax = "x"
total = "t"
gift_card = "g"
"""


@pytest.mark.parametrize(
    ("parts", "subtotal", "included", "total", "gap"),
    [
        ("100,10,5,20,95,", 10000, True, 9500, 0),
        ("100,10,5,20,115,", 10000, False, 11500, 0),
        ("90,10,5,20,95,", 10000, True, 9500, 0),
        ("90,10,5,20,115,", 10000, False, 11500, 0),
        ("100,-10,5,20,95,", 10000, True, 9500, 0),
        ("100,10,5,20,65,30", 10000, True, 9500, 0),
        ("100,10,5,20,95,30", 10000, True, 9500, 0),
        ("100,10,5,20,96,", 10000, True, 9600, 1),
        (",10,5,20,95,", 10000, True, 9500, 0),
        ("100,10,5,20,,", 10000, True, 9500, 0),
    ],
)
def test_the_parts_are_read_in_the_way_that_adds_up(
    reading, parts, subtotal, included, total, gap
):
    """Subtotals before or after the discount, tax within or on top, gift cards off."""
    text = f"{PARTS}1,{DAY},x,2,50,{parts}\n"

    found = reading(text, columns=PART_COLUMNS)

    assert sums(found, "subtotal", "tax_included", "total") == [
        (subtotal, included, total)
    ]
    assert found.gaps == gap


def test_a_code_without_an_amount_is_a_discount_of_what_is_missing(reading):
    """Without a code, the gap stays a gap."""
    text = f"{HEAD[:-1]},k\n1,{DAY},x,1,10,8,NOEL\n2,{DAY},x,1,10,8,\n"

    found = reading(text, columns=f'{TOTAL}\ndiscount_codes = "k"')

    assert sums(found, "discount") == [(200,), (0,)]
    assert found.gaps == 1


STATES = {
    # state, refunded, outstanding, paid at: payments, refunds, pending
    "paid,,,": ([1000], [], False),
    "refunded,,,": ([1000], [1000], False),
    "refunded,10,,": ([1000], [1000], False),
    "refunded,4,,": ([400], [400], False),
    "partially_refunded,4,,": ([1000], [400], False),
    "partially_refunded,,,": ([1000], [], False),
    "paid,40,,": ([1000], [4000], False),
    "partially_paid,,7,": ([300], [], False),
    "partially_paid,,10,": ([], [], False),
    "pending,,,": ([], [], True),
    "unpaid,,,": ([], [], False),
    "unpaid,4,,": ([], [400], False),
    "unpaid,,,03/02/2026": ([1000], [], False),
}


@pytest.mark.parametrize("case", STATES)
def test_a_state_of_payment_becomes_payments_and_refunds(reading, case):
    """All that is claimed is told, the merge cuts it; a deposit is total less rest."""
    text = f"n,d,a,q,p,s,r,o,m\n1,{DAY},x,1,10,{case}\n"
    columns = 'payment = "s"\nrefunded = "r"\noutstanding = "o"\npaid_at = "m"'

    found = reading(text, columns=columns)

    assert (
        found.payments["amount"].to_list(),
        found.refunds["amount"].to_list(),
        found.orders["payment_pending"].item(),
    ) == STATES[case]


def test_a_gift_card_is_a_means_of_payment(reading):
    """What it paid is a payment of its own, also of an order not yet paid."""
    text = f"n,d,a,q,p,s,g\n1,{DAY},x,1,10,paid,4\n2,{DAY},x,1,10,unpaid,4\n"

    found = reading(text, columns='payment = "s"\ngift_card = "g"')

    assert found.payments.select("source_id", "amount", "means").rows() == [
        ("1", 400, "gift_card"),
        ("1", 600, None),
        ("2", 400, "gift_card"),
    ]
    assert found.orders["discount"].to_list() == [0, 0]


def test_a_cancellation_date_cancels_whatever_the_status_says(reading):
    """A status without a date is dated by the order; an unreadable date is refused."""
    text = f"n,d,a,q,p,s,c\n1,{DAY},x,1,1,done,05/02/2026\n2,{DAY},x,1,1,cancelled,\n"
    text += f"3,{DAY},x,1,1,done,\n4,{DAY},x,1,1,done,soon\n"

    found = reading(text, columns='status = "s"\ncancelled_at = "c"')
    orders = found.orders

    assert orders["status"].to_list() == ["cancelled", "cancelled", "done"]
    assert (orders["cancelled_at"] - orders["placed_at"]).to_list() == [
        4 * 86_400_000_000,
        0,
        None,
    ]
    assert list(reasons(found)) == [4]


def test_a_value_that_the_profile_does_not_know_is_refused_never_guessed(reading):
    """Unless the profile says what all others mean; case, - and _ do not matter."""
    text = f"n,d,a,q,p,s\n1,{DAY},x,1,1,On Hold\n2,{DAY},x,1,1,lost\n"
    column = 'status = "s"\n[status]\non-hold = "in_progress"'

    strict = reading(text, columns=column)
    lenient = reading(text, columns=f'{column}\n"*" = "done"')

    assert sums(strict, "status") == [("in_progress",)]
    assert "statut" in reasons(strict)[2]
    assert sums(lenient, "status") == [("in_progress",), ("done",)]


def test_a_module_can_differ_from_row_to_row(reading):
    """One file for the whole site."""
    text = f"n,d,a,q,p,m\n1,{DAY},x,1,1,billet\n2,{DAY},x,1,1,\n3,{DAY},x,1,1,booking\n"

    found = reading(
        text,
        columns='module = "m"\n[modules]\nbillet = "events"',
        keys='module = "store"',
    )

    assert found.orders["module"].to_list() == ["events", "store", "booking"]


def test_refunded_units_never_exceed_those_bought(reading):
    """And a full refund gives back all of them."""
    text = f"n,d,a,q,p,s,u\n1,{DAY},x,3,1,paid,2\n2,{DAY},x,3,1,paid,9\n"
    text += f"3,{DAY},x,3,1,refunded,\n"

    found = reading(text, columns='payment = "s"\nrefunded_quantity = "u"')

    assert found.lines["refunded_quantity"].to_list() == [2, 3, 3]


def test_protected_codes_lose_their_protection(reading):
    """'075, "075" and ="075" are 075; a name may begin with an apostrophe."""
    text = "n,d,a,q,p,k,z\n" + "".join(
        f'{n},{DAY},\'t Hart,1,1,{code},"""75001"""\n'
        for n, code in enumerate(["'075", '"""075"""', '"=""075"""'])
    )

    found = reading(text, columns='sku = "k"\n"billing.zip" = "z"')

    assert found.lines["sku"].to_list() == ["075"] * 3
    assert set(found.lines["title"]) == {"'t Hart"}
    assert set(found.orders["billing_address"]) == {'{"zip":"75001"}'}


def test_a_tax_rate_is_kept_in_hundredths_of_a_per_cent(reading):
    """5,5 % is 550; a line's tax is that of its whole quantity."""
    text = f'n,d,a,q,p,k,l\n1,{DAY},x,2,10,"5,5 %",1.04\n2,{DAY},x,2,10,20,3.33\n'

    found = reading(text, columns='tax_rate = "k"\nline_tax = "l"')

    assert found.lines.select("tax_rate", "tax").rows() == [(550, 104), (2000, 333)]
    assert found.orders["tax"].to_list() == [104, 333]
