"""What a customer wrote, taken out of what their mail program made of it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandes.mail import reply

QUOTED = {
    "gmail": "Oui, merci.\n\nLe lun. 2 mars 2026 à 09:00, Ma boutique "
    "<boutique@example.org> a écrit :\n\n> Bonjour\n> Une question",
    "gmail, two lines": "Oui, merci.\n\nLe lun. 2 mars 2026 à 09:00, Ma boutique\n"
    "<boutique@example.org> a écrit :\n> Bonjour\n",
    "english": "Oui, merci.\n\nOn Mon, Mar 2, 2026 at 9:00 AM Shop wrote:\n> Hello",
    "outlook": "Oui, merci.\n\n-----Message d'origine-----\nDe : Boutique\nBonjour",
    "outlook 365": "Oui, merci.\n\n________________________________\n"
    "De : Boutique\nEnvoyé : lundi 2 mars\nBonjour",
    "headers": "Oui, merci.\n\nFrom: Boutique\nSent: Monday\nHello",
    "bare": "Oui, merci.\n\n> Bonjour\n>\n> Une question\n",
}


@pytest.mark.parametrize("name", QUOTED)
def test_the_quote_at_the_end_goes(name):
    """What our own message said is in the thread already."""
    assert reply.without_quote(QUOTED[name]).strip() == "Oui, merci."


@pytest.mark.parametrize(
    "text",
    [
        "> Quelle taille ?\nM\n> Quelle couleur ?\nBleu",
        "> rien que cela",
        "Bonjour,\nLe livreur a écrit : absent.\nQue faire ?",
        "De : Paris\nÀ : Lyon",
        "",
    ],
)
def test_what_is_no_quote_at_the_end_stays(text):
    """Answers between the lines, and words that only look like a quote."""
    assert reply.without_quote(text) == text


@given(st.text())
def test_nothing_is_ever_added(text):
    """What is left is the beginning of what was written."""
    assert text.rstrip().startswith(reply.without_quote(text).rstrip())


def _mail(body: bytes, kind="text/plain; charset=utf-8", encoding="8bit") -> bytes:
    return (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode() + body


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (_mail("Été".encode()), "Été"),
        (_mail(b"\xc9t\xe9", "text/plain; charset=iso-8859-1"), "Été"),
        (_mail(b"=C3=89t=C3=A9", encoding="quoted-printable"), "Été"),
        (_mail(b"w4l0w6k=", encoding="base64"), "Été"),
        (_mail("Été".encode(), "text/plain; charset=unknown"), "Été"),
        (_mail(b"abc", "text/plain; charset=idna"), "abc"),
        (_mail(b"a\0b\x07c"), "abc"),
        (
            _mail(
                b"<style>p{}</style><p>Bonjour&nbsp;!<br>Oui<script>x()</script>"
                b"<img src='http://evil.example/a.png'><!-- y --></p>",
                "text/html",
            ),
            "Bonjour !\nOui",
        ),
        (_mail(b"<b>Oui</b>"), "<b>Oui</b>"),
        (
            _mail(
                b"--b\r\nContent-Type: text/html\r\n\r\n<b>non</b>\r\n"
                b"--b\r\nContent-Type: text/plain\r\n\r\nOui\r\n--b--",
                "multipart/alternative; boundary=b",
            ),
            "Oui",
        ),
    ],
)
def test_the_text_of_an_e_mail(raw, text):
    """Plain text where there is any, the words of the HTML where not."""
    assert reply.text(raw) == text


def test_a_text_without_end_is_cut():
    """The screen has to hold it; the mailbox has the rest."""
    found = reply.text(_mail(b"x" * 1_000_000))

    assert len(found) < reply.LONGEST_TEXT + 100
    assert found.endswith("(texte coupé)")


SLOW = {
    "unclosed tags": ("text/html", b"<a" * 200_000),
    "comments": ("text/html", b"<!--" * 100_000),
    "declarations": ("text/html", b"<![" * 100_000),
    "blank lines": ("text/plain", b"\n" * 400_000 + b"x"),
    "attributions": ("text/plain", b"Le mardi 2 mars, quelqu'un\n" * 20_000),
    "rules": ("text/plain", b"_" * 400_000),
    "angle brackets": ("text/plain", b">" * 400_000),
    "punycode": ("text/plain; charset=punycode", b"a" * 400_000),
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_takes_long(name):
    """A text made to be slow is read in the time of a few."""
    kind, body = SLOW[name]
    began = time.process_time()

    reply.text(_mail(body, kind))

    # Quadratic time would be minutes.
    assert time.process_time() - began < 5


def test_the_headers_say_who_and_what():
    """In-Reply-To first, then References from the end; encoded words decoded."""
    found = reply.head(
        b"From: =?utf-8?b?QW5h?= <ana@example.org>\r\n"
        b"Subject: =?utf-8?q?Re=3A_=C3=89t=C3=A9?= [#12]\r\n"
        b"In-Reply-To: <b@x>\r\nReferences: <a@x> <b@x>\r\n <c@x>\r\n"
        b"Message-ID: <own@x>\r\n\r\n"
    )

    assert found == reply.Head(
        "<own@x>",
        ("<b@x>", "<c@x>", "<a@x>"),
        "ana@example.org",
        "Re: Été [#12]",
        ("12",),
    )


@given(st.binary(max_size=300))
def test_no_headers_break_the_reader(raw):
    """Any bytes at all are read as something."""
    assert isinstance(reply.head(raw), reply.Head)
    assert reply.text(raw)
