"""A message as an e-mail: plain text, with headers that nobody else can write."""

from __future__ import annotations

import re
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from commandes.actions.messages import as_line, as_text, is_message_id

if TYPE_CHECKING:
    from sqlalchemy import Row

    from commandes.settings import Settings

# The older policy takes a header as it is given. The newer one (email.policy.SMTP)
# decodes a subject that looks encoded and writes out the line break in it.
_AS_GIVEN = compat32.clone(linesep="\r\n")
# An address in a header stays on the header's own line: folded, it would begin with
# an empty one, which not every mail program reads. The subject is folded already.
_UNFOLDED = _AS_GIVEN.clone(max_line_length=None)
_TEXT = Charset("utf-8")
_TEXT.body_encoding = QP

_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
# What the subject of a reply still says when its mail program names no Message-ID.
_NUMBER = re.compile(r"[^\s\[\]]{1,60}")
_LONGEST_WORD = 60


def address(given: str) -> str:
    """An address as SMTP takes it, its host in ASCII.

    Raises:
        ValueError: it is no single address.
    """
    local, at, host = given.strip().rpartition("@")
    # Raises UnicodeError, a ValueError, for what no host is named.
    ascii_host = host.encode("idna").decode()
    if not at or not _LOCAL.fullmatch(local) or not _HOST.fullmatch(ascii_host):
        raise ValueError(given)
    return f"{local}@{ascii_host}"


def tag(number: str) -> str:
    """The order's number in the subject: [#1234]; empty for one that cannot stand."""
    bare = number.removeprefix("#")
    return f"[#{bare}]" if _NUMBER.fullmatch(bare) else ""


def mail(settings: Settings, message: Row[Any], number: str) -> bytes:
    """The e-mail of a message, lines ended as SMTP wants them.

    Args:
        number: of the order that it is about.

    Raises:
        ValueError: the customer's address is none.
    """
    made = Message(policy=_AS_GIVEN)
    made["From"] = settings.mail_from
    made["To"] = address(message.recipient)
    made["Subject"] = _subject(f"{as_line(message.subject)} {tag(number)}".strip())
    made["Date"] = format_datetime(message.at)
    made["Message-ID"] = message.message_id
    if is_message_id(message.in_reply_to):
        made["In-Reply-To"] = message.in_reply_to
        made["References"] = message.in_reply_to
    if message.unsubscribe_url:
        # RFC 8058: the mail program itself offers to end it, with one click.
        made["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_payload(as_text(message.body), _TEXT)
    written = made.as_bytes(policy=_UNFOLDED if message.unsubscribe_url else _AS_GIVEN)
    return written if written.endswith(b"\r\n") else written + b"\r\n"


def _subject(text: str) -> str:
    # What looks encoded is encoded once more, and a word that no line holds is as well,
    # so that both arrive as they were written.
    long = max(map(len, text.split()), default=0) > _LONGEST_WORD
    plain = text.isascii() and "=?" not in text and not long
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset, header_name="Subject").encode(linesep="\r\n")
