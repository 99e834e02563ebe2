"""Column profiles that people save from the mapping screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.store import Receipt, tables

if TYPE_CHECKING:
    from commandes.store import Store, Writer


def save(
    store: Store, name: str, toml: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Keep a column profile (checked TOML); the same name replaces it."""

    def work(writer: Writer) -> Receipt:
        profiles = tables.column_profiles
        writer.delete(profiles, profiles.c.name == name)
        writer.insert(
            profiles, name=name, toml=toml, owner=writer.actor, created_at=writer.now
        )
        writer.record(None, "profile_saved")
        return Receipt("", "", "save_profile", changed=True)

    arguments: dict[str, object] = {"name": name, "toml": toml}
    return store.perform("save_profile", arguments, work, actor=actor, key=key)
