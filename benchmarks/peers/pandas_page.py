"""Orders with pandas and Streamlit, as somebody who has an afternoon writes it.

Runs in the peers' own environment: `streamlit run pandas_page.py -- FOLDER`.
"""

import sys
from pathlib import Path

import pandas as pd
import streamlit as st

FOLDER = Path(sys.argv[1])
SIZE = 50
SHOWN = [
    *("number", "placed_at", "customer_name", "articles", "module", "status"),
    *("payment_status", "currency", "total", "tags"),
]

st.set_page_config(page_title="Orders", layout="wide")


# As a resource: one copy for everybody, not a new one at each click.
@st.cache_resource
def read(name: str) -> pd.DataFrame:
    """A table, newest first."""
    found = pd.read_parquet(FOLDER / f"{name}.parquet")
    for column in ("module", "status", "payment_status", "currency"):
        if column in found:
            found[column] = found[column].astype("category")
    return found.iloc[::-1]


def filtered() -> pd.DataFrame:
    """The orders that the controls keep."""
    found = read("orders")
    states = ["", *found["status"].cat.categories]
    asked = st.query_params.get("status", "")
    left, right = st.columns(2)
    status = left.selectbox("Status", states, index=states.index(asked))
    search = right.text_input("Customer", st.query_params.get("search", ""))
    if status:
        found = found[found["status"] == status]
    if search:
        names = found["customer_name"]
        found = found[names.str.contains(search, case=False, regex=False, na=False)]
    return found


def orders() -> None:
    """The list: counts, sums, one page of a table, the whole as CSV."""
    found = filtered()
    sums = found.groupby("currency", observed=True)["total"].sum()
    columns = st.columns(1 + len(sums))
    columns[0].metric("Orders", len(found))
    for column, (currency, total) in zip(columns[1:], sums.items(), strict=True):
        column.metric(currency, f"{total / 100:,.2f}")
    pages = max(1, -(-len(found) // SIZE))
    asked = min(int(st.query_params.get("page", 1)), pages)
    page = st.number_input("Page", 1, pages, asked)
    st.dataframe(found[SHOWN].iloc[(page - 1) * SIZE : page * SIZE], hide_index=True)
    if st.button("Prepare CSV", key="export"):
        csv = found.to_csv(index=False).encode()
        st.download_button("Download", csv, "orders.csv", "text/csv")


def sales() -> None:
    """Sales per month, a currency each."""
    found = read("payments")
    keys = ["month", "currency"]
    sums = found.groupby(keys, observed=True)[["gross", "refund"]].sum()
    sums["net"] = sums["gross"] - sums["refund"]
    st.bar_chart(sums.pivot_table("net", *keys, observed=True) / 100)
    st.dataframe(sums)


views = {"orders": orders, "sales": sales}
views[st.query_params.get("view", "orders")]()
