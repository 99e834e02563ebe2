"""The screen of the carriers: their addresses, tried out with a number."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes.actions import carriers, tracking
from commandes.ui.framing import telling
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from commandes.actions.carriers import Carrier
    from commandes.store import Receipt
    from commandes.ui.framing import Here

# The forms of one visit: renewed when one was saved, so that they begin blank.
_FORMS = "carrier_forms"
_SAID = "carrier_said"
_ADDED, _CHANGED, _REMOVED = (
    N_("Transporteur ajouté"),
    N_("Transporteur modifié"),
    N_("Transporteur retiré"),
)
_EXAMPLE = "https://www.exemple.fr/suivi?numero={n}"


def screen(here: Here) -> None:
    """Draw the whole screen."""
    st.text(
        _(
            "L’adresse de suivi d’un colis est celle de son transporteur, où {place} "
            "est remplacé par le numéro. Les colis déjà notés gardent leur lien."
        ).format(place=carriers.PLACE)
    )
    if said := st.session_state.pop(_SAID, None):
        st.badge(_(said), icon=":material/check_circle:", color="green")
    known = carriers.known(here.store)
    _table(known)
    # Renewed after each receipt: a double click acts once.
    key = st.session_state.setdefault(_FORMS, secrets.token_urlsafe(16))
    left, right = st.columns(2, gap="medium")
    with left:
        _adding(here, key)
    with right:
        _changing(here, known, key)
    _trying(known)


def _table(known: Sequence[Carrier]) -> None:
    if not known:
        st.text(_("Aucun transporteur : ajoutez le premier."))
        return
    frame = pl.DataFrame(
        {
            _("Transporteur"): [carrier.name for carrier in known],
            _("Adresse de suivi"): [carrier.url for carrier in known],
        }
    )
    st.dataframe(frame, key="carriers", hide_index=True, alt=_("Transporteurs"))


def _adding(here: Here, key: str) -> None:
    with st.container(border=True, key="carrier_adding"):
        st.subheader(_("Ajouter un transporteur"), anchor=False)
        with st.form("carrier_add", border=False):
            name, url = _fields("add", key)
            if st.form_submit_button(
                _("Ajouter"), type="primary", icon=":material/add:"
            ):
                _act(
                    lambda: carriers.add(
                        here.store, name, url, actor=here.actor, key=key
                    ),
                    _ADDED,
                )


def _changing(here: Here, known: Sequence[Carrier], key: str) -> None:
    if not known:
        return
    with st.container(border=True, key="carrier_changing"):
        st.subheader(_("Modifier ou retirer"), anchor=False)
        chosen = _chosen(known, "carrier_chosen")
        with st.form("carrier_change", border=False):
            name, url = _fields("change", f"{key}-{chosen.id}", chosen)
            if st.form_submit_button(_("Enregistrer"), icon=":material/save:"):
                _act(
                    lambda: carriers.change(
                        here.store,
                        chosen.id,
                        name=name,
                        url=url,
                        actor=here.actor,
                        key=key,
                    ),
                    _CHANGED,
                )
        with st.popover(
            _("Retirer ce transporteur"), key="carrier_remove", icon=":material/delete:"
        ):
            st.text(_("Il ne sera plus proposé. Les colis déjà notés restent."))
            if st.button(_("Retirer"), key="carrier_remove_yes", type="primary"):
                _act(
                    lambda: carriers.remove(
                        here.store, chosen.id, actor=here.actor, key=key
                    ),
                    _REMOVED,
                )


def _fields(form: str, key: str, before: Carrier | None = None) -> tuple[str, str]:
    name = st.text_input(
        _("Nom"),
        before.name if before else "",
        key=f"carrier_name_{form}_{key}",
        max_chars=carriers.LONGEST_NAME,
    )
    url = st.text_input(
        _("Adresse de suivi"),
        before.url if before else "",
        key=f"carrier_url_{form}_{key}",
        max_chars=carriers.LONGEST_URL,
        placeholder=_EXAMPLE,
        help=_("En https, avec {n} une fois, à la place du numéro."),
    )
    return name, url


def _act(do: Callable[[], Receipt], said: str) -> None:
    """Do it and begin anew, or show why not beside what was typed."""
    with telling():
        do()
        st.session_state[_SAID] = said
        del st.session_state[_FORMS]
        st.rerun()


def _chosen(
    known: Sequence[Carrier], key: str, suggested: str | None = None
) -> Carrier:
    by_id = {carrier.id: carrier for carrier in known}
    names = [carrier.name for carrier in known]
    chosen = st.selectbox(
        _("Transporteur"),
        list(by_id),
        index=names.index(suggested) if suggested in names else 0,
        key=key,
        format_func=lambda id_: by_id[id_].name if id_ in by_id else "",
    )
    return by_id.get(chosen, known[0])


def _trying(known: Sequence[Carrier]) -> None:
    """A number, the carrier that it suggests, and the link that a customer gets."""
    if not known:
        return
    with st.container(border=True, key="carrier_trying"):
        st.subheader(_("Essayer un numéro"), anchor=False)
        number = "".join(
            st.text_input(
                _("Numéro de suivi"),
                key="carrier_try",
                max_chars=tracking.LONGEST_NUMBER,
            ).split()
        )
        if not number:
            return
        suggested = tracking.suggest(number)
        if suggested:
            said = _("La forme de ce numéro suggère : {carrier}")
            st.text(said.format(carrier=suggested))
        else:
            st.text(_("La forme de ce numéro ne suggère aucun transporteur."))
        # Another suggestion is another question: no earlier choice sticks to it.
        carrier = _chosen(known, f"carrier_tried_{suggested}", suggested)
        link = carrier.link(number)
        st.text(link)
        st.link_button(_("Suivre le colis"), link, icon=":material/local_shipping:")
