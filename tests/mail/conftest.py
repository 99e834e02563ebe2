"""A real IMAP server for the session, a mailbox of its own for each test."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from mail_servers import Dovecot, Mailbox, dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator

_numbers = count(1)


@pytest.fixture(scope="session")
def imap_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    """Dovecot; without it the tests are skipped by name, but never in CI."""
    with dovecot(tmp_path_factory.mktemp("imap") / "dovecot") as running:
        yield running


@pytest.fixture
def mailbox(imap_server: Dovecot) -> Mailbox:
    """An empty mailbox."""
    return Mailbox(imap_server, f"shop{next(_numbers)}")
