"""Replies of customers, read by IMAP and put into the thread of their order.

A reply is known by the Message-ID that it answers; else by the order's number in its
subject together with the order's e-mail as its sender. What belongs to no order stays
in the mailbox, unseen. Nothing is ever deleted there.

The mailbox numbers its e-mails (UID) until it says otherwise (UIDVALIDITY): the last
number looked at is kept in the store, after the e-mail's own transaction, so that none
is lost; one that is read again is known by its Message-ID.
"""

from __future__ import annotations

import imaplib
import json
import re
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from commandes.actions import messages
from commandes.actions.orders import Order
from commandes.mail import reply
from commandes.store import facts, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from commandes.settings import Settings
    from commandes.store import Store

ACTOR = "inbox"
ACTION = "carry_mail"
TIMEOUT = 30.0
# Bytes read of one e-mail; its text stands before its attachments.
_MOST_BYTES = 2_000_000
_AT_ONCE = 50
_SEARCHED = 100_000  # numbers that one search is about: its answer is a single line
_HEADERS = (
    "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO REFERENCES SUBJECT FROM)]<0.65536>"
)
_UID = re.compile(rb"UID (\d+)")
_STATUS = re.compile(rb"(UIDNEXT|UIDVALIDITY|UNSEEN) (\d+)")


@dataclass(frozen=True)
class Fetched:
    """What one look into the mailbox brought.

    Attributes:
        received: replies that are new in a thread.
        known: e-mails that were in a thread already.
        left: e-mails of no known order, left in the mailbox unseen.
        trouble: why the mailbox could not be read; empty when it could.
    """

    received: int = 0
    known: int = 0
    left: int = 0
    trouble: str = ""


def fetch(
    store: Store, settings: Settings, *, ended: Callable[[], bool] = lambda: False
) -> Fetched:
    """Look into the mailbox and take up what is new; without COMMANDES_IMAP_URL, no.

    Args:
        ended: whether to end after the e-mail in hand.
    """
    if not settings.imap_url:
        return Fetched()
    try:
        with _connected(settings) as box:
            found = _take_up(store, box, _folder(settings), ended)
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        said = messages.as_line(_words(error))[:300]
        found = Fetched(trouble=said or type(error).__name__)
    facts.keep(store, ACTOR, facts.INBOX_TROUBLE, found.trouble, action=ACTION)
    return found


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(error)


@contextmanager
def _connected(settings: Settings) -> Iterator[imaplib.IMAP4]:
    """The server of the setting: imap://, imap+starttls:// or imaps://."""
    url = urlsplit(settings.imap_url)
    host, port = url.hostname or "localhost", url.port
    if url.scheme == "imaps":
        context = ssl.create_default_context()
        box: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            host, port or 993, ssl_context=context, timeout=TIMEOUT
        )
    elif url.scheme in ("imap", "imap+starttls"):
        box = imaplib.IMAP4(host, port or 143, timeout=TIMEOUT)
    else:
        raise ValueError(_("COMMANDES_IMAP_URL n’est pas une URL IMAP"))
    try:
        if url.scheme == "imap+starttls":
            box.starttls(ssl.create_default_context())
        box.login(unquote(url.username or ""), unquote(url.password or ""))
        yield box
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            box.logout()


def _folder(settings: Settings) -> str:
    return unquote(urlsplit(settings.imap_url).path.strip("/")) or "INBOX"


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True)
class _Place:
    """How far a mailbox was read: the last number, and what numbers it belongs to."""

    validity: int
    last: int


def _take_up(
    store: Store, box: imaplib.IMAP4, folder: str, ended: Callable[[], bool]
) -> Fetched:
    fact = _fact(box, folder)
    status = _status(box, folder)
    place = _place(store, fact, status["UIDVALIDITY"])
    counts = {"received": 0, "known": 0, "left": 0}
    if status["UIDNEXT"] > place.last + 1:
        _done(box.select(_quoted(folder)))
        for uid, head in _heads(box, place.last + 1, status["UIDNEXT"]):
            if ended():
                break
            became = _one(store, box, uid, head)
            counts[became] += 1
            if became != "left" or not counts["left"] % _AT_ONCE:
                _keep_place(store, fact, _Place(place.validity, uid))
        else:
            # Numbers given to e-mails that are gone are not asked for again.
            _keep_place(store, fact, _Place(place.validity, status["UIDNEXT"] - 1))
    unseen = max(0, status["UNSEEN"] - counts["received"] - counts["known"])
    facts.keep(store, ACTOR, facts.INBOX_UNSEEN, str(unseen), action=ACTION)
    return Fetched(counts["received"], counts["known"], counts["left"])


def _fact(box: imaplib.IMAP4, folder: str) -> str:
    """The name of the fact that keeps the place in this mailbox."""
    where = f"{box.host}:{box.port}/{folder}"
    return f"inbox_place_{sha256(where.encode()).hexdigest()[:16]}"


def _status(box: imaplib.IMAP4, folder: str) -> dict[str, int]:
    answer = _done(box.status(_quoted(folder), "(UIDNEXT UIDVALIDITY UNSEEN)"))
    text = b" ".join(part for part in answer if isinstance(part, bytes))
    found = {name.decode(): int(number) for name, number in _STATUS.findall(text)}
    if len(found) != 3:  # noqa: PLR2004 (the three asked for)
        raise imaplib.IMAP4.error(text.decode(errors="replace"))
    return found


def _place(store: Store, fact: str, validity: int) -> _Place:
    with store.reading() as connection:
        known = facts.read(connection, fact)
    if known:
        place = _Place(**json.loads(known))
        if place.validity == validity:
            return place
    # Other numbers than before: everything is looked at again.
    return _Place(validity, 0)


def _keep_place(store: Store, fact: str, place: _Place) -> None:
    found = json.dumps({"validity": place.validity, "last": place.last})
    facts.keep(store, ACTOR, fact, found, action=ACTION)


def _heads(
    box: imaplib.IMAP4, first: int, beyond: int
) -> Iterator[tuple[int, reply.Head]]:
    """The headers of the e-mails from a number on, in their order."""
    for start in range(first, beyond, _SEARCHED):
        end = min(start + _SEARCHED, beyond) - 1
        found = _done(box.uid("SEARCH", f"UID {start}:{end}"))
        uids = sorted(int(uid) for uid in (found[0] or b"").split())
        for place in range(0, len(uids), _AT_ONCE):
            some = uids[place : place + _AT_ONCE]
            read = _parts(box, some, _HEADERS)
            # One that was deleted meanwhile has no headers.
            yield from ((uid, reply.head(read[uid])) for uid in some if uid in read)


def _parts(box: imaplib.IMAP4, uids: list[int], what: str) -> dict[int, bytes]:
    """A part of each of these e-mails, by number; the seen mark stays as it is."""
    numbers = ",".join(map(str, uids))
    answer = _done(box.uid("FETCH", numbers, f"(UID {what})"))
    found = {}
    for place, item in enumerate(answer):
        if not isinstance(item, tuple):
            continue
        after = answer[place + 1] if place + 1 < len(answer) else b""
        # Servers give the number before the text or after it.
        said = item[0] + (after if isinstance(after, bytes) else b"")
        if number := _UID.search(said):
            found[int(number[1])] = item[1]
    return found


def _one(store: Store, box: imaplib.IMAP4, uid: int, head: reply.Head) -> str:
    """Take one e-mail up; what became of it, in a word of Fetched."""
    order_id = _order_of(store, head)
    if order_id is None:
        return "left"
    raw = _parts(box, [uid], f"BODY.PEEK[]<0.{_MOST_BYTES}>").get(uid)
    if raw is None:
        return "left"
    kept = messages.receive(
        store,
        Order(id=order_id),
        messages.Reply(
            message_id=head.message_id or reply.id_of(raw),
            sender=head.sender,
            subject=head.subject,
            body=reply.text(raw),
            in_reply_to=next(iter(head.answers), None),
        ),
        actor=ACTOR,
    )
    _done(box.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)"))
    return "received" if kept.changed else "known"


def _order_of(store: Store, head: reply.Head) -> int | None:
    """The order that an e-mail is about; None when that is not sure."""
    m, o = tables.messages.c, tables.orders.c
    with store.reading() as connection:
        known = {
            row.message_id: row.order_id
            for row in connection.execute(
                select(m.message_id, m.order_id).where(m.message_id.in_(head.answers))
            )
        }
        for answered in head.answers:
            if answered in known:
                return int(known[answered])
        numbers = [form for n in head.numbers for form in (n, f"#{n}")]
        named = connection.execute(
            select(o.id, o.email).where(o.number.in_(numbers)).order_by(o.id)
        ).all()
    sender = head.sender.casefold()
    theirs = [row.id for row in named if sender and _same(row.email, sender)]
    return theirs[0] if len(theirs) == 1 else None


def _same(email: str | None, sender: str) -> bool:
    return email is not None and email.strip().casefold() == sender


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    """What the server says.

    Raises:
        imaplib.IMAP4.error: it refuses.
    """
    said, data = answer
    if said != "OK":
        raise imaplib.IMAP4.error(str(data[-1] if data else said))
    return data
