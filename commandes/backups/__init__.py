"""Backups: one checked file of the whole store, made while others write, and back.

A backup is a ZIP file: `commandes-backup.json` says what it is, beside it stands the
store (a SQLite file, or PostgreSQL's own dump). The key of the journal's digests is
not in it unless asked for: who holds both could rewrite the past.
"""

from commandes.backups.archive import Manifest
from commandes.backups.making import backup
from commandes.backups.restoring import Restored, restore

__all__ = ["Manifest", "Restored", "backup", "restore"]
