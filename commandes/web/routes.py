"""Paths as they may be written down: what is a token or a name becomes « * »."""

from __future__ import annotations

_EXACT = frozenset(
    {
        *("/", "/healthz", "/readyz", "/metrics", "/api/health", "/favicon.png"),
        *("/.well-known/security.txt", "/auth/login", "/auth/logout"),
        *("/oauth2callback", "/_stcore/stream", "/_stcore/health"),
        "/_stcore/host-config",
    }
)
_STARTS = (
    *(
        "/api/exports/",
        "/api/unsubscribe/",
        "/api/webhooks/",
        "/api/",
        "/_stcore/upload_file/",
    ),
    *("/_stcore/", "/static/", "/media/", "/component/", "/app/static/", "/auth/"),
)

# A page, or nothing that is here.
PAGE = "/*"


def template(path: str) -> str:
    """A path without what is of one person or one request."""
    if path in _EXACT:
        return path
    for start in _STARTS:
        if path.startswith(start):
            return f"{start}*"
    return PAGE
