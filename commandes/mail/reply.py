"""What a customer wrote: the text of an e-mail, whatever the e-mail is made of.

Nothing of it is trusted: headers, charsets and structure are read with limits, HTML is
taken apart and never shown, and what cannot be read says so.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header
from email.policy import compat32
from email.utils import parseaddr
from hashlib import sha256
from html.parser import HTMLParser
from itertools import islice
from typing import TYPE_CHECKING

from commandes.actions.messages import as_line, as_text, is_message_id
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message

LONGEST_TEXT = 20_000  # characters kept of a reply
_LONGEST_PART = 400_000  # bytes looked at of a part
_LONGEST_HTML = 50_000  # characters: the parser is slow on tags that never end
_LONGEST_HEADER = 10_000
_MOST_PARTS = 200
_MOST_IDS = 100
_ID = re.compile(r"<[^<>\s]{1,250}>")
_TAG = re.compile(r"\[#([^\s\[\]]{1,60})\]")
# Decoding with these takes time that grows with the square of the text.
_SLOW = {"idna", "punycode"}

# The line with which mail programs begin what they quote, on one line or two.
_QUOTE_BEGINS = re.compile(
    r"^(?:On|Le|Am|El|Il) .{4,200}(?:\n.{0,200})?"
    r"(?:wrote|a écrit|schrieb.{0,80}|escribió|ha scritto)\s?:\s*$",
    re.MULTILINE,
)
# Outlook quotes without marks, below a line or the headers of the quoted e-mail.
_COPY_BEGINS = re.compile(
    r"^[ \t]*(?:"
    r"-{3,} ?(?:Original Message|Message d['’]origine|Message original) ?-{3,}"
    r"|_{20,}[ \t]*\n[ \t]*(?:De|From)[  ]?:"
    r"|(?:De|From)[  ]?: .{1,200}\n[ \t]*(?:Envoyé|Sent|Date)[  ]?: )",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Head:
    """What the headers of an e-mail say.

    Attributes:
        message_id: its own; empty when it has none that is valid.
        answers: the Message-IDs it refers to, the one it answers first.
        sender: the address it says it comes from; empty when it says none.
        numbers: what stands in [#…] in its subject.
    """

    message_id: str
    answers: tuple[str, ...]
    sender: str
    subject: str
    numbers: tuple[str, ...]


def head(raw: bytes) -> Head:
    """The headers of an e-mail, given alone or with its text."""
    try:
        return _head(raw)
    except Exception:  # noqa: BLE001 (a hostile header breaks the parser in unlisted ways)
        return Head("", (), "", "", ())


def _head(raw: bytes) -> Head:
    mail = _parsed(raw)
    subject = _header(mail, "Subject")
    answered = _ID.findall(_header(mail, "In-Reply-To"))
    thread = _ID.findall(_header(mail, "References"))
    ids = dict.fromkeys(filter(is_message_id, [*answered, *reversed(thread)]))
    own = _header(mail, "Message-ID").strip()
    return Head(
        message_id=own if is_message_id(own) else "",
        answers=tuple(islice(ids, _MOST_IDS)),
        sender=_sender(mail),
        subject=as_line(subject),
        numbers=tuple(dict.fromkeys(_TAG.findall(as_line(subject))[:10])),
    )


def _parsed(raw: bytes) -> Message:
    # The older policy reads lazily: a hostile header breaks nothing else.
    return message_from_bytes(raw, policy=compat32)


def _sender(mail: Message) -> str:
    try:
        return as_line(parseaddr(_header(mail, "From")[:1000])[1])[:320]
    except RecursionError:  # comments within comments
        return ""


def id_of(raw: bytes) -> str:
    """A Message-ID for an e-mail without one: the same however often it is read."""
    return f"<{sha256(raw).hexdigest()}@no-message-id.invalid>"


def _header(mail: Message, name: str) -> str:
    """A header in plain characters; what cannot be decoded stays as it stands."""
    value = str(mail.get(name, ""))[:_LONGEST_HEADER]
    try:
        pieces = decode_header(value)
    except (ValueError, LookupError):
        return value
    return "".join(
        piece if isinstance(piece, str) else _decoded(piece, charset)
        for piece, charset in pieces
    )


def _decoded(piece: bytes, charset: str | None) -> str:
    try:
        name = codecs.lookup(charset or "utf-8").name
        return piece.decode("latin-1" if name in _SLOW else name, errors="replace")
    except (LookupError, ValueError):
        return piece.decode("utf-8", errors="replace")


def text(raw: bytes) -> str:
    """What the customer wrote, without what their mail program quotes below it."""
    try:
        found, files = _body(_parsed(raw))
    except Exception:  # noqa: BLE001 (hostile MIME breaks the parser in unlisted ways)
        found, files = "", 0
    found = without_quote(as_text(found)[: 2 * LONGEST_TEXT]).strip()
    if len(found) > LONGEST_TEXT:
        found = found[:LONGEST_TEXT] + "\n\n" + _("(texte coupé)")
    said = [found or _("(sans texte lisible : voyez la boîte de réception)")]
    if files:
        said.append(
            plural(
                "({n} pièce jointe, dans la boîte de réception)",
                "({n} pièces jointes, dans la boîte de réception)",
                files,
            )
        )
    return "\n\n".join(said)


def _body(mail: Message) -> tuple[str, int]:
    """The first plain text, else the words of the first HTML; and how many files."""
    parts = list(islice(mail.walk(), _MOST_PARTS))
    shown = [part for part in parts if not _is_attached(part)]
    html = _first(shown, "text/html")[:_LONGEST_HTML]
    return _first(shown, "text/plain") or _without_html(html), len(parts) - len(shown)


def _is_attached(part: Message) -> bool:
    return not part.is_multipart() and (
        part.get_content_disposition() == "attachment"
        or part.get_filename() is not None
    )


def _first(parts: Iterable[Message], kind: str) -> str:
    for part in parts:
        if part.get_content_type() == kind:
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload.strip():
                return _decoded(payload[:_LONGEST_PART], part.get_content_charset())
    return ""


class _Words(HTMLParser):
    """The words of an HTML text; scripts, styles and comments are none."""

    _SILENT = ("script", "style", "head", "template", "title")
    _LINES = ("br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent += tag in self._SILENT
        if tag in self._LINES:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(re.sub(r"\s+", " ", data))


def _without_html(text: str) -> str:
    parser = _Words()
    parser.feed(text)
    parser.close()
    lines = (line.strip() for line in "".join(parser.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def without_quote(text: str) -> str:
    """A reply without the e-mail quoted at its end; answers between quotes stay."""
    copy = _COPY_BEGINS.search(text)
    if copy and text[: copy.start()].strip():
        text = text[: copy.start()]
    lines = text.rstrip().split("\n")
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith(">")):
        end -= 1
    if end < len(lines) and end:
        return _without_opening("\n".join(lines[:end]))
    return text.rstrip()


def _without_opening(text: str) -> str:
    """Without the last line or two when they only say who wrote what is quoted."""
    found = list(_QUOTE_BEGINS.finditer(text))
    if found and found[-1].end() == len(text) and text[: found[-1].start()].strip():
        return text[: found[-1].start()].rstrip()
    return text
