"""The commands about people: who may log in, and as what."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

from commandes.access import Role
from commandes.actions import people
from commandes.errors import UsageError
from commandes.reports import people as known
from commandes.store import open_store
from commandes.words import _

if TYPE_CHECKING:
    import argparse

    from commandes.settings import Settings
    from commandes.store import Store

    Answer = dict[str, Any]


def command(options: argparse.Namespace, settings: Settings) -> Answer:
    """`people [list|invite|role|deactivate|reactivate]`."""
    store = open_store(settings)
    try:
        if options.what == "list":
            return _list(store)
        return _change(store, options)
    finally:
        store.close()


def _list(store: Store) -> Answer:
    zone = store.settings.zone
    return {
        "people": [
            {
                "id": one.id,
                "email": one.email,
                "name": one.name,
                "role": one.role.value,
                "active": one.active,
                "logged_in": one.bound,
                "last_seen_at": one.last_seen_at.astimezone(zone).isoformat()
                if one.last_seen_at
                else None,
            }
            for one in known.people(store)
        ]
    }


def _change(store: Store, options: argparse.Namespace) -> Answer:
    if not options.email:
        raise UsageError(detail=_("donnez une adresse e-mail"))
    who = {"actor": options.actor or getpass.getuser(), "key": options.key}
    if options.what == "invite":
        receipt = people.invite(
            store, options.email, _role(options.role), name=options.name, **who
        )
    elif options.what == "role":
        receipt = people.change_role(
            store, options.email, _role(options.role or options.new_role), **who
        )
    elif options.what == "deactivate":
        receipt = people.deactivate(store, options.email, **who)
    else:
        receipt = people.reactivate(store, options.email, **who)
    told = {name: value for name, value in vars(receipt).items() if name != "result"}
    return {**receipt.result, **told}


def _role(text: str | None) -> Role:
    if text is None or text not in {role.value for role in Role}:
        known_roles = ", ".join(role.value for role in Role)
        raise UsageError(detail=_("donnez un rôle : {roles}").format(roles=known_roles))
    return Role(text)


def as_text(answer: Answer) -> None:
    """The list, or what became of a change, on a terminal."""
    for one in answer.get("people", ()):
        role = Role(one["role"]).label
        state = "" if one["active"] else _("accès retiré")
        seen = (one["last_seen_at"] or "")[:16].replace("T", " ")
        name = one["name"] or "–"
        print(f"{one['email']:<32} {name:<24} {role:<16} {seen:<16} {state}".rstrip())
    if "people" not in answer:
        print(answer["message"] or _("Fait."))
