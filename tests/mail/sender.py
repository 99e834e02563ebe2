"""A process that sends what waits until it is killed; says `ready` when it begins."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from commandes import settings as settings_module
from commandes.mail import outbox
from commandes.store import open_store

# What is refused for now is tried again at once, as often as the test needs.
outbox.PAUSES = (timedelta(milliseconds=50),) * 60

if __name__ == "__main__":
    settings = settings_module.read()
    store = open_store(settings)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        outbox.send_waiting(store, settings)
        time.sleep(0.02)
