"""Mail servers for tests: SMTP that behaves as told, and a mailbox by IMAP."""

from __future__ import annotations

import imaplib
import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from ports import free_port
from postgres import let_others_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Post:
    """A mail server's behaviour; it keeps what it took.

    Attributes:
        taken: every text that it was given whole, whatever it answered.
        answer: what it says to a text; `drop` goes away without a word, `close` ends
            the connection in good order.
        recipient_answers: what it says to these recipients; `drop` as well.
    """

    def __init__(self) -> None:
        self.taken = []
        self.answer = "250 taken"
        self.recipient_answers = {}
        self.connections = 0

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802 (aiosmtpd's name)
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802 (aiosmtpd's name)
        answer = self.recipient_answers.get(address)
        if answer == "drop":
            server.transport.abort()
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.taken.append(envelope)
        if self.answer == "drop":
            server.transport.abort()
            return "451 gone"
        if self.answer == "close":
            server.transport.close()
            return "451 gone"
        return self.answer


def started(behaviour: object) -> Controller:
    """A server on a port that was free; another one where it was taken meanwhile."""
    for _ in range(10):
        controller = Controller(behaviour, hostname="127.0.0.1", port=free_port())
        try:
            controller.start()
        except OSError:
            continue
        return controller
    pytest.fail("no free port")


DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%u
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
passdb {{
  driver = static
  args = password=geheim
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
HINT = "Dovecot 2.3 is missing: apt-get install dovecot-imapd"


@dataclass(frozen=True)
class Dovecot:
    """A running server: its port, and its folder with a mailbox for any name."""

    port: int
    folder: Path


class Mailbox:
    """The mailbox of the shop on a real IMAP server."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self.port = server.port
        self.user = user
        self.folder = server.folder / "mail" / user
        self.url = f"imap://{user}:geheim@127.0.0.1:{server.port}/INBOX"

    @contextmanager
    def opened(self) -> Iterator[imaplib.IMAP4]:
        """The mailbox as the merchant's own mail program has it."""
        box = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        box.login(self.user, "geheim")
        box.select("INBOX")
        yield box
        box.logout()

    def drop(self, *mails: bytes) -> None:
        """Let e-mails arrive."""
        with self.opened() as box:
            for mail in mails:
                said, answer = box.append("INBOX", None, None, mail)
                assert said == "OK", answer

    def unseen(self) -> int:
        """How many e-mails nobody has seen."""
        with self.opened() as box:
            return len(box.search(None, "UNSEEN")[1][0].split())

    def count(self) -> int:
        """How many e-mails there are."""
        with self.opened() as box:
            return len(box.search(None, "ALL")[1][0].split())

    def renumber(self) -> None:
        """Make the server number everything anew: another UIDVALIDITY."""
        numbers = self.folder / "dovecot-uidlist"
        head = numbers.read_text().splitlines()[0]
        for path in self.folder.glob("dovecot.index*"):
            path.unlink()
        validity = re.search(r"V(\d+)", head)[1]
        head = head.replace(f"V{validity}", f"V{int(validity) + 1}")
        numbers.write_text(re.sub(r"N\d+", "N1", head) + "\n")


@contextmanager
def dovecot(folder: Path) -> Iterator[Dovecot]:
    """A Dovecot of the tests' own on loopback."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    # Later versions have other settings.
    if program is None or not _says(program, "--version").startswith("2.3"):
        if os.environ.get("CI") == "true":
            pytest.fail(HINT)
        pytest.skip(HINT)
    import grp
    import pwd

    root = os.geteuid() == 0
    user = "dovecot" if root else pwd.getpwuid(os.geteuid()).pw_name
    group = "dovecot" if root else grp.getgrgid(os.getegid()).gr_name
    (folder / "mail").mkdir(parents=True)
    if root:
        shutil.chown(folder / "mail", user, group)
        let_others_in(folder)
    port = free_port()
    config = folder / "dovecot.conf"
    config.write_text(DOVECOT.format(folder=folder, user=user, group=group, port=port))
    process = subprocess.Popen(
        [program, "-F", "-c", config],
        stdout=subprocess.DEVNULL,
        stderr=(folder / "err").open("w"),
    )
    try:
        _wait(process, port, folder)
        yield Dovecot(port, folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _says(program: str, option: str) -> str:
    return subprocess.run(
        [program, option], check=True, capture_output=True, text=True
    ).stdout


def _wait(process: subprocess.Popen, port: int, folder: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            imaplib.IMAP4("127.0.0.1", port, timeout=5).logout()
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.1)
            continue
        return
    said = [
        path.read_text() for path in (folder / "err", folder / "log") if path.exists()
    ]
    pytest.fail("Dovecot does not start: " + " ".join(said))
