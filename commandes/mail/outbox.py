"""The outbox worker: messages that wait are sent by SMTP, each state change kept.

SMTP knows no idempotency: when the connection breaks after the text went out and
before the server answered, nobody can tell whether it was taken. Such a message is
`uncertain`, for a person to decide; it is never sent again by itself.

A message is taken (`sending`) under the write lock, by a worker that is connected:
several workers send it once. Whoever takes it ends within DEADLINE or is cut off, so
one that is `sending` for longer than LEASE belonged to a worker that died.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import and_, or_, select, update

from commandes.actions import carts, orders
from commandes.actions.messages import ANOTHER_ADDRESS, as_line
from commandes.actions.orders import Done
from commandes.mail import compose
from commandes.store import facts, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Row

    from commandes.settings import Settings
    from commandes.store import Store, Writer

ACTOR = "outbox"
# How long a message that was refused for now waits before the next attempt; after
# the last one it has failed.
PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480)
)
# Seconds for one step of the talk with a server, and for all that is said about one
# message: a server that answers a byte at a time is left.
TIMEOUT = 30.0
DEADLINE = 180.0
LEASE = timedelta(minutes=10)
_LONGEST_ERROR = 300


@dataclass(frozen=True)
class Outcome:
    """How sending one message ended: its new state, and why."""

    state: str  # sent, failed, uncertain, queued (to be tried again)
    error: str = ""


@dataclass(frozen=True)
class Round:
    """What one round of the outbox did.

    Attributes:
        sent: how many messages the server took.
        trouble: why there was no server to give messages to; empty when there was.
    """

    sent: int = 0
    trouble: str = ""


def send_waiting(
    store: Store, settings: Settings, *, ended: Callable[[], bool] = lambda: False
) -> Round:
    """Send what waits, oldest first.

    Without COMMANDES_SMTP_URL nothing is touched: the messages stay queued. They
    also do, at no cost to their attempts, when the server cannot be reached.

    Args:
        ended: whether to end after the message in hand.
    """
    if not settings.smtp_url:
        return Round()
    give_up_dead(store)
    sent = 0
    server: smtplib.SMTP | None = None
    try:
        while _waits(store) and not ended():
            server = _ready(server)
            if server is None:
                server, trouble = _reached(settings)
                facts.keep(
                    store, ACTOR, facts.OUTBOX_TROUBLE, trouble, action="carry_mail"
                )
            if server is None:
                return Round(sent, trouble)
            message = _take(store)
            if message is None:
                break
            outcome = _overtaken(store, message) or _send(server, settings, message)
            _note(store, message, outcome)
            sent += outcome.state == "sent"
    finally:
        _leave(server)
    return Round(sent)


def give_up_dead(store: Store, lease: timedelta = LEASE) -> None:
    """Messages that a worker was sending when it died become uncertain."""
    c = tables.messages.c
    dead = select(tables.messages).where(
        c.state == "sending", c.state_at <= datetime.now(UTC) - lease
    )
    with store.reading() as connection:
        if connection.execute(dead.limit(1)).first() is None:
            return
    with store.writing(ACTOR, action="carry_mail") as writer:
        for message in writer.connection.execute(dead).all():
            _set(writer, message, Outcome("uncertain"))


def _due(now: datetime) -> ColumnElement[bool]:
    """Messages that wait and whose pause after a refusal is over."""
    c = tables.messages.c
    rested = (
        and_(c.attempts == attempts, c.state_at <= now - pause)
        for attempts, pause in enumerate(PAUSES, start=1)
    )
    return and_(
        c.direction == "out", c.state == "queued", or_(c.attempts == 0, *rested)
    )


def _waits(store: Store) -> bool:
    c = tables.messages.c
    with store.reading() as connection:
        now = datetime.now(UTC)
        return connection.scalar(select(c.id).where(_due(now)).limit(1)) is not None


def _take(store: Store) -> Row[Any] | None:
    """The message that has waited longest, now « sending », with its order's number.

    It goes to the address for which it was queued, which is shown; where an import has
    corrected the order's since, to the new one, which is shown from then on. A
    reminder keeps its own: its way out is for that address alone.
    """
    m, o = tables.messages, tables.orders
    with store.writing(ACTOR, action="carry_mail") as writer:
        waiting = (
            select(m.c.id, m.c.recipient, o.c.email, m.c.unsubscribe_url)
            .join_from(m, o, o.c.id == m.c.order_id)
            .where(_due(writer.now))
            .order_by(m.c.id)
        )
        first = writer.connection.execute(waiting.limit(1)).first()
        if first is None:
            return None
        found, keeps = first.id, first.unsubscribe_url or not first.email
        writer.connection.execute(
            update(m)
            .where(m.c.id == found)
            .values(
                state="sending",
                state_at=writer.now,
                attempts=m.c.attempts + 1,
                recipient=first.recipient if keeps else first.email,
            )
        )
        return writer.connection.execute(
            select(m, o.c.number, o.c.email)
            .join_from(m, o, o.c.id == m.c.order_id)
            .where(m.c.id == found)
        ).one()


def _overtaken(store: Store, message: Row[Any]) -> Outcome | None:
    """A reminder that has lost its reason while it waited is not sent."""
    if not message.unsubscribe_url:
        return None
    if message.recipient != message.email:
        return Outcome("failed", _(ANOTHER_ADDRESS))
    why = carts.overtaken(store, message.order_id, message.recipient or "")
    return Outcome("failed", why) if why else None


def _note(store: Store, message: Row[Any], outcome: Outcome) -> None:
    if outcome.state == "queued" and message.attempts > len(PAUSES):
        outcome = Outcome("failed", outcome.error)
    with store.writing(ACTOR, action="carry_mail") as writer:
        _set(writer, message, outcome)


def _set(writer: Writer, message: Row[Any], outcome: Outcome) -> None:
    """Change the state of a message that is still as it was taken."""
    c = tables.messages.c
    changed = writer.connection.execute(
        update(tables.messages)
        .where(
            c.id == message.id,
            c.state == "sending",
            c.attempts == message.attempts,
            c.state_at == message.state_at,
        )
        .values(state=outcome.state, state_at=writer.now, error=outcome.error or None)
    ).rowcount
    # Nothing: its order was withdrawn meanwhile.
    if not changed or outcome.state == "queued":
        return
    order = writer.connection.execute(
        select(tables.orders).where(tables.orders.c.id == message.order_id)
    ).one()
    done = Done(f"message_{outcome.state}", payload={"message": message.id})
    orders.save(writer, order, done)


class _Timed(smtplib.SMTP):
    """A server that is left when the talk takes too long, whatever it still says."""

    _timer: Timer | None = None

    def connect(
        self,
        host: str = "localhost",
        port: int = 0,
        source_address: Any = None,  # noqa: ANN401 (the library's own)
    ) -> tuple[int, bytes]:
        """Connect, against the clock from here on."""
        self.start_clock()
        return super().connect(host, port, source_address)

    def start_clock(self) -> None:
        """Give the server the whole time again."""
        self.stop_clock()
        self._timer = Timer(DEADLINE, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def stop_clock(self) -> None:
        """Let the server be."""
        if self._timer is not None:
            self._timer.cancel()

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(2)

    def close(self) -> None:
        """Close the connection and stop the clock."""
        self.stop_clock()
        super().close()


class _TimedSecure(_Timed, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


def _reached(settings: Settings) -> tuple[smtplib.SMTP | None, str]:
    """A server that takes messages, or why there is none."""
    try:
        return _connect(settings), ""
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return None, _said(error)


def _connect(settings: Settings) -> smtplib.SMTP:
    """A server of the setting: smtp://, smtp+starttls:// or smtps:// user:pass@host."""
    url = urlsplit(settings.smtp_url)
    host, port = url.hostname or "localhost", url.port
    server: smtplib.SMTP
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        server = _TimedSecure(host, port or 465, timeout=TIMEOUT, context=context)
    elif url.scheme in ("smtp", "smtp+starttls"):
        server = _Timed(host, port or 25, timeout=TIMEOUT)
    else:
        raise ValueError(_("COMMANDES_SMTP_URL n’est pas une URL SMTP"))
    try:
        if url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.ehlo_or_helo_if_needed()
    except BaseException:
        server.close()
        raise
    return server


def _ready(server: smtplib.SMTP | None) -> smtplib.SMTP | None:
    """A connection that served a message already, ready for the next one."""
    if server is None or server.sock is None:
        return None
    try:
        code, _answer = server.rset()
    except (OSError, smtplib.SMTPException):
        code = 0
    if code == 250:  # noqa: PLR2004 (SMTP: done)
        return server
    server.close()
    return None


def _leave(server: smtplib.SMTP | None) -> None:
    if server is not None:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _send(server: smtplib.SMTP, settings: Settings, message: Row[Any]) -> Outcome:
    """Give one message to a server; from its first byte on, silence is uncertainty."""
    try:
        recipient = compose.address(message.recipient or "")
        text = compose.mail(settings, message, message.number)
    except ValueError:
        return Outcome("failed", _("L’e-mail du client n’est pas une adresse."))
    if isinstance(server, _Timed):
        server.start_clock()
    try:
        code, answer = server.mail(settings.mail_from)
        if code != 250:  # noqa: PLR2004 (SMTP: done)
            # It is the shop that the server does not want: no fault of the message.
            return Outcome("queued", _answer(code, answer))
        code, answer = server.rcpt(recipient)
        if code not in (250, 251, 252):
            return _refused(code, answer)
        code, answer = server.docmd("data")
        if code != 354:  # noqa: PLR2004 (SMTP: go on)
            return _refused(code, answer)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        server.close()
        return Outcome("queued", _said(error))
    return _hand_over(server, text)


def _hand_over(server: smtplib.SMTP, text: bytes) -> Outcome:
    # A line that is a full stop alone would end the text (RFC 5321, 4.5.2).
    stuffed = text.replace(b"\r\n.", b"\r\n..")
    try:
        server.send(stuffed + b".\r\n")
        code, answer = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        return Outcome("uncertain", _said(error))
    if code == 250:  # noqa: PLR2004 (SMTP: done)
        return Outcome("sent")
    if 400 <= code < 600:  # noqa: PLR2004 (SMTP: later, never)
        return _refused(code, answer)
    server.close()
    return Outcome("uncertain", _answer(code, answer))


def _refused(code: int, answer: bytes) -> Outcome:
    # 5xx: never; everything else: try again later.
    state = "failed" if 500 <= code < 600 else "queued"  # noqa: PLR2004 (SMTP: for good)
    return Outcome(state, _answer(code, answer))


def _answer(code: int, answer: bytes | str) -> str:
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return as_line(f"{code} {said}")[:_LONGEST_ERROR]


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return as_line(str(error))[:_LONGEST_ERROR] or type(error).__name__
