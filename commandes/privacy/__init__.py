"""Personal data outside the store's rows: files, mirrors, the daily run."""

from commandes.privacy.cleaning import Found, clean, clean_if_needed, look
from commandes.privacy.erasing import Outcome, erase, outlook
from commandes.privacy.keeping import daily, retain

__all__ = [
    "Found",
    "Outcome",
    "clean",
    "clean_if_needed",
    "daily",
    "erase",
    "look",
    "outlook",
    "retain",
]
