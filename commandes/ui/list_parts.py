"""What stands around the table of orders: head, sentence, news, pages, clicks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from commandes import access, words
from commandes.actions.bulk import Asked
from commandes.reports import detail, masking, orders
from commandes.reports.filters import OrderFilter
from commandes.ui import (
    acting,
    address,
    bulk_bar,
    choices,
    exporting,
    listing,
    panel,
    tables,
)
from commandes.ui.framing import part
from commandes.words import _, plural

if TYPE_CHECKING:
    from commandes.reports.dashboard import Moved
    from commandes.ui.framing import Here
    from commandes.ui.listing import Listing

# A list that stands still asks the journal now and then, one that waits for an import
# more often.
_QUIET, _BUSY = "20s", "2s"


def head(shown: Listing) -> tuple[str, bool] | None:
    """Title, sort, import and export; the export that was just asked for."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(_("Commandes"), anchor=False, width="stretch")
        _sort(shown)
        brings = access.may("imports.make")
        icon = ":material/upload_file:"
        if brings and st.button(_("Importer"), key="import", icon=icon):
            st.switch_page("pages/reglages/importer.py")
        return exporting.menu(shown) if access.may("orders.export") else None


def _sort(shown: Listing) -> None:
    if st.session_state.get("list_sort") != shown.asked.sort:
        st.session_state["list_sort"] = shown.asked.sort
    st.selectbox(
        _("Trier"),
        list(orders.sorts()),
        key="list_sort",
        format_func=choices.labelled("list_sort", lambda code: _(orders.SORTS[code])),
        label_visibility="collapsed",
        width=230,
        on_change=_sorted,
    )


def _sorted() -> None:
    asked = address.current()
    address.go(replace(asked, sort=choices.meant("list_sort")))


def sentence(shown: Listing) -> None:
    """The filter in words with its figures, and what of the URL is not understood."""
    st.text(shown.summary.sentence())
    if shown.moved:
        st.text(_moved(shown.moved, shown.asked.wanted))
    if shown.summary.archived_hits:
        st.button(
            _("Chercher aussi dans les archives"),
            key="search_archived",
            type="tertiary",
            icon=":material/archive:",
            on_click=_with_archived,
        )
    unknown = [name for name in shown.asked.wanted.tags if name not in shown.colors]
    said = [
        _("Aucune étiquette ne s’appelle « {name} ».").format(name=n) for n in unknown
    ]
    for complaint in (*shown.asked.said, *said):
        with st.container(border=True):
            st.badge(_("Lien non compris"), icon=":material/link_off:", color="orange")
            st.text(complaint)


def _moved(moved: tuple[Moved, ...], wanted: OrderFilter) -> str:
    """The money of the period itself; the totals above are those of whole orders.

    A list by refunds holds no order that was only paid in it, one by an hour none that
    was only refunded at it.
    """

    def sums(name: str) -> str:
        return words.monies({one.currency: getattr(one, name) for one in moved})

    if wanted.dated in ("refunded", "given_back"):
        return _("Sur la période : remboursé {refunds}").format(refunds=sums("refunds"))
    if wanted.dated == "paid" and (wanted.weekday, wanted.hour) != (None, None):
        return _("Sur la période, à ce moment de la semaine : encaissé {gross}").format(
            gross=sums("gross")
        )
    return _(
        "Sur la période : encaissé {gross}, remboursé {refunds}, net {net}"
    ).format(gross=sums("gross"), refunds=sums("refunds"), net=sums("net"))


def _with_archived() -> None:
    asked = address.current()
    address.go(replace(asked, wanted=replace(asked.wanted, archived="all")))


def news(shown: Listing) -> None:
    """Say what has arrived since; the list changes when the person asks."""

    @st.fragment(run_every=_BUSY if shown.behind else _QUIET, key="news")
    def ticking() -> None:
        with part(ticking=True) as here:
            if here.store.head().seq == shown.seq:
                return
            snap = here.snap
            if snap.behind:
                st.badge(
                    plural(
                        "Mise à jour en cours : {n} changement à suivre",
                        "Mise à jour en cours : {n} changements à suivre",
                        snap.behind,
                    ),
                    icon=":material/sync:",
                    color="blue",
                )
                return
            if shown.behind:
                listing.refresh()
                st.rerun(scope="app")
            count = orders.summary(snap, shown.asked.wanted, today=shown.today).count
            _announce(count - shown.summary.count)

    ticking()


def _announce(more: int) -> None:
    said = (
        plural("{n} nouvelle commande", "{n} nouvelles commandes", more)
        if more > 0
        else _("Des commandes ont changé")
    )
    with st.container(horizontal=True, vertical_alignment="center", key="list_news"):
        st.badge(said, icon=":material/notifications:", color="blue")
        if st.button(_("Actualiser"), key="refresh", icon=":material/refresh:"):
            listing.refresh()
            st.rerun(scope="app")


def foot(shown: Listing) -> None:
    """Where this page stands among all, the way on and back, and its size."""
    first = shown.start + 1
    last = shown.start + shown.page.rows.height
    with st.container(horizontal=True, vertical_alignment="center", key="list_foot"):
        st.text(
            _("{first}–{last} sur {count}").format(
                first=words.number(first),
                last=words.number(last),
                count=words.number(shown.summary.count),
            )
        )
        st.space("stretch")
        _size(shown)
        for direction, place, label, icon in (
            ("previous", shown.page.previous, _("Précédente"), "chevron_left"),
            ("next", shown.page.next, _("Suivante"), "chevron_right"),
        ):
            st.button(
                label,
                key=f"page_{direction}",
                icon=f":material/{icon}:",
                icon_position="right" if direction == "next" else "left",
                disabled=place is None,
                on_click=listing.turn,
                args=(direction,),
            )


def _size(shown: Listing) -> None:
    if st.session_state.get("list_size") != shown.asked.size:
        st.session_state["list_size"] = shown.asked.size
    st.selectbox(
        _("Commandes par page"),
        address.SIZES,
        key="list_size",
        format_func=choices.labelled(
            "list_size", lambda size: _("{size} par page").format(size=size)
        ),
        label_visibility="collapsed",
        width=130,
        on_change=_sized,
    )


def _sized() -> None:
    address.go(replace(address.current(), size=choices.meant("list_size")))


# The forms that an entry of the arrow's menu opens in the drawer.
_FORMS = ("cancel", "restore", "refund", "conversation", "tags", "status")


def follow_clicks(here: Here) -> None:
    """Do what the click in the table asked for."""
    opened = st.session_state.pop(tables.OPENED, None)
    choice = st.session_state.pop(tables.MENU_CHOICE, None)
    if opened is not None:
        acting.close_form()
        panel.drawer(opened)
    if choice is None:
        return
    order_id, code = choice
    if code in _FORMS:
        acting.open_form(order_id, code)
        panel.drawer(order_id)
    elif code in ("archive", "unarchive"):
        bulk_bar.at_once(here, Asked(code), order_id)
        st.rerun()
    elif code[0] in "+-":
        verb = "tag" if code[0] == "+" else "untag"
        bulk_bar.at_once(here, Asked(verb, {"name": code[1:]}), order_id)
        st.rerun()
    else:
        _go(here, order_id, code)


def _go(here: Here, order_id: int, code: str) -> None:
    """To the order's own page, or to all orders of its customer."""
    found = detail.order_by_id(here.store, order_id)
    if code == "page":
        st.switch_page(
            panel.FICHE,
            query_params={"commande": found.number, "source": found.source},
        )
    who = found.customer.email or found.customer.name or found.number
    if masking.is_on():
        who = found.number
    address.go(address.Asked(OrderFilter(search=who, archived="all")))
    st.rerun()
