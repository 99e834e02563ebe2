"""The outbox worker: messages that wait are sent by SMTP, each state change kept.

SMTP knows no idempotency: when the connection breaks after the text went out and
before the server answered, nobody can tell whether it was taken. Such a message is
`uncertain`, for a person to decide; it is never sent again by itself.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import select, update

from commandes.actions import orders
from commandes.actions.orders import Done
from commandes.store import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Row

    from commandes.settings import Settings
    from commandes.store import Store, Writer

ACTOR = "outbox"
MOST_ATTEMPTS = 5
# A message that is « sending » for longer belonged to a worker that died.
LEASE = timedelta(minutes=10)
TIMEOUT = 30.0


@dataclass(frozen=True)
class Outcome:
    """How sending one message ended: its new state, and why."""

    state: str  # sent, failed, uncertain, queued (to be tried again)
    error: str = ""


def send_waiting(store: Store, settings: Settings) -> int:
    """Send what waits, oldest first; returns how many were sent.

    Without COMMANDES_SMTP_URL nothing is touched: the messages stay queued.
    """
    if not settings.smtp_url:
        return 0
    give_up_dead(store)
    sent = 0
    for message in _waiting(store):
        outcome = _send(settings, message)
        _note(store, message, outcome)
        sent += outcome.state == "sent"
        if outcome.state == "queued":
            break  # the server does not answer now: the others wait too
    return sent


def give_up_dead(store: Store) -> None:
    """Messages that a worker was sending when it died become uncertain."""
    c = tables.messages.c
    with store.writing(ACTOR) as writer:
        dead = writer.connection.execute(
            select(tables.messages).where(
                c.state == "sending", c.state_at < writer.now - LEASE
            )
        ).all()
        for message in dead:
            _set(writer, message, Outcome("uncertain"))


def _waiting(store: Store) -> Iterator[Row[Any]]:
    """Each message that waits, taken (« sending ») before it is given."""
    c = tables.messages.c
    last = 0
    while True:
        with store.writing(ACTOR) as writer:
            message = writer.connection.execute(
                select(tables.messages)
                .where(c.direction == "out", c.state == "queued", c.id > last)
                .order_by(c.id)
                .limit(1)
            ).first()
            if message is None:
                return
            writer.connection.execute(
                update(tables.messages)
                .where(c.id == message.id)
                .values(
                    state="sending",
                    state_at=writer.now,
                    attempts=message.attempts + 1,
                )
            )
        last = message.id
        yield message


def _note(store: Store, message: Row[Any], outcome: Outcome) -> None:
    if outcome.state == "queued" and message.attempts + 1 >= MOST_ATTEMPTS:
        outcome = Outcome("failed", outcome.error)
    with store.writing(ACTOR) as writer:
        _set(writer, message, outcome)


def _set(writer: Writer, message: Row[Any], outcome: Outcome) -> None:
    c = tables.messages.c
    writer.connection.execute(
        update(tables.messages)
        .where(c.id == message.id)
        .values(state=outcome.state, state_at=writer.now, error=outcome.error or None)
    )
    if outcome.state == "queued":
        return
    order = writer.connection.execute(
        select(tables.orders).where(tables.orders.c.id == message.order_id)
    ).one()
    done = Done(f"message_{outcome.state}", payload={"message": message.id})
    orders.save(writer, order, done)


def compose(settings: Settings, message: Row[Any]) -> EmailMessage:
    """The e-mail of a message: plain text, headers that cannot be injected."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = message.message_id
    if message.in_reply_to:
        mail["In-Reply-To"] = message.in_reply_to
        mail["References"] = message.in_reply_to
    mail.set_content(message.body)
    return mail


def _send(settings: Settings, message: Row[Any]) -> Outcome:
    try:
        mail = compose(settings, message)
    except ValueError as error:  # an address that no header can hold
        return Outcome("failed", str(error))
    try:
        with _connect(settings) as server:
            return _hand_over(server, mail)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("queued", _first_line(error))


def _connect(settings: Settings) -> smtplib.SMTP:
    """A server of the setting: smtp://, smtp+starttls:// or smtps:// user:pass@host."""
    url = urlsplit(settings.smtp_url)
    host, port = url.hostname or "localhost", url.port
    server: smtplib.SMTP
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT)
    if url.scheme == "smtp+starttls":
        server.starttls(context=ssl.create_default_context())
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


def _hand_over(server: smtplib.SMTP, mail: EmailMessage) -> Outcome:
    """Give one e-mail to a server; from its first byte on, silence is uncertainty."""
    server.ehlo_or_helo_if_needed()
    for code, answer in _before_text(server, mail):
        if code not in (250, 251, 354):
            return _refused(code, answer)
    try:
        text = mail.as_bytes(policy=policy.SMTP)
        # A line that is a full stop alone would end the text (RFC 5321, 4.5.2).
        stuffed = text.replace(b"\r\n.", b"\r\n..")
        server.send(
            stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"
        )
        code, answer = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("uncertain", _first_line(error))
    return Outcome("sent") if code == 250 else _refused(code, answer)  # noqa: PLR2004 (SMTP: done)


def _before_text(
    server: smtplib.SMTP, mail: EmailMessage
) -> Iterator[tuple[int, bytes]]:
    yield server.mail(str(mail["From"]))
    yield server.rcpt(str(mail["To"]))
    yield server.docmd("data")


def _refused(code: int, answer: bytes) -> Outcome:
    text = f"{code} {answer.decode(errors='replace')}"
    # 4xx: try again later; 5xx: never.
    return Outcome("queued" if code < 500 else "failed", text)  # noqa: PLR2004 (SMTP: for good)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
