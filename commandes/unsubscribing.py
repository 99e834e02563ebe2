"""The page behind the unsubscribe link of a reminder: no login, no personal data.

A GET changes nothing, since mail programs open links by themselves; a POST, from the
button of the page or from the mail program itself (RFC 8058), notes the objection.
"""

from __future__ import annotations

import asyncio
from functools import partial
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from commandes import access, words
from commandes.actions import objections
from commandes.errors import CommandesError, UnsubscribeLinkInvalid
from commandes.words import LANGUAGES, N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from commandes.settings import Settings
    from commandes.store import Store

PATH = "/api/unsubscribe/"
_TITLE = N_("Rappels de panier")
_ASKS = N_("Ne plus recevoir de rappel quand un panier n’est pas terminé ?")
_BUTTON = N_("Ne plus recevoir de rappel")
_DONE = N_("C’est noté : vous ne recevrez plus de rappel.")
# The customer's language is not known: both are shown, the browser's first.
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto;
  padding: 0 1rem; color-scheme: light dark; }}
button {{ font: inherit; padding: .5rem 1rem; }}
</style>
</head>
<body><main>
{parts}
</main></body>
</html>
"""


def serves(settings: Settings, path: str, host: str) -> bool:
    """Whether a request from outside is for this page, at its public address."""
    public = urlsplit(settings.public_url).hostname
    token = path.removeprefix(PATH)
    ours = token != path and "/" not in token
    return ours and public is not None and host == public


async def answer(request: Request, store: Store) -> Response:
    """`GET` asks, `POST` notes; a link that is not ours is said to be none."""
    token = request.path_params["token"]
    first = _first_language(request.headers.get("accept-language", ""))
    languages = sorted(LANGUAGES, key=lambda code: code != first)
    part: Callable[[], str] = _form
    status = 200
    try:
        if request.method == "POST":
            with access.acting_as(access.CUSTOMER):
                await asyncio.to_thread(objections.object_to_reminders, store, token)
            part = _noted
        objections.whose(store, token)
    except CommandesError as error:
        # A store that is busy: the mail program tries again.
        status = 404 if isinstance(error, UnsubscribeLinkInvalid) else 503
        part = partial(_told, error)
    return _page(languages, part, status)


def _first_language(accepted: str) -> str:
    return "en" if accepted.strip().lower().startswith("en") else "fr"


def _form() -> str:
    return (
        f"<p>{escape(_(_ASKS))}</p>"
        f'<form method="post"><button>{escape(_(_BUTTON))}</button></form>'
    )


def _noted() -> str:
    return f"<p>{escape(_(_DONE))}</p>"


def _told(error: CommandesError) -> str:
    return f"<p>{escape(error.message)} {escape(error.what_to_do)}</p>"


def _page(languages: list[str], part: Callable[[], str], status: int) -> Response:
    parts = []
    for language in languages:
        with words.speaking(language):
            title = escape(_(_TITLE))
            parts.append(
                f'<section lang="{language}"><h1>{title}</h1>{part()}</section>'
            )
    with words.speaking(languages[0]):
        title = escape(_(_TITLE))
    text = _PAGE.format(language=languages[0], title=title, parts="\n".join(parts))
    return HTMLResponse(
        text,
        status_code=status,
        headers={"cache-control": "no-store", "x-robots-tag": "noindex"},
    )
