"""An OpenID Connect provider on this machine, which can be told to err."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

CLIENT, SECRET = "commandes", "provider-secret"
Claims = dict[str, Any]


@dataclass
class Provider:
    """Who is at its login page, and what it says wrongly of them.

    Attributes:
        user: the claims of who logs in next.
        wrong: claims that are replaced.
        algorithm: RS256, or `none`: a token that nobody signed.
        stranger: whether another key than the published one signs.
    """

    address: str
    user: Claims = field(default_factory=dict)
    wrong: Claims = field(default_factory=dict)
    algorithm: str = "RS256"
    stranger: bool = False
    logins: int = 0
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))
    _other: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))
    _codes: dict[str, Claims] = field(default_factory=dict)

    def knows(self, email: str, **claims: Any) -> None:
        """Whoever logs in next has this address; nothing is wrong with them."""
        self.user = {
            "sub": f"sub-{email}",
            "email": email,
            "email_verified": True,
            "name": email.partition("@")[0].title(),
        } | claims
        self.wrong, self.algorithm, self.stranger = {}, "RS256", False

    async def discovery(self, request: Request) -> Response:
        """What clients read first."""
        del request
        return JSONResponse(
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def jwks(self, request: Request) -> Response:
        """The public key."""
        del request
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Its login page: whoever stands there is let through at once."""
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT
        code = secrets.token_urlsafe(8)
        self._codes[code] = self.user | asked
        self.logins += 1
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=302)

    async def token(self, request: Request) -> Response:
        """What the app gets for a code, once, with the proof that it asked for it."""
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(form["code"])
        proof = sha256(form["code_verifier"].encode()).digest()
        assert urlsafe_b64encode(proof).decode().rstrip("=") == asked["code_challenge"]
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 600,
            "nonce": asked["nonce"],
        }
        told = ("sub", "email", "email_verified", "name")
        claims |= {name: asked[name] for name in told if name in asked}
        claims |= self.wrong
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(8),
                "token_type": "Bearer",
                "id_token": self._signed(claims),
            }
        )

    def _signed(self, claims: Claims) -> str:
        if self.algorithm == "none":
            parts = [{"alg": "none", "typ": "JWT"}, claims]
            return ".".join(_part(part) for part in parts) + "."
        key = self._other if self.stranger else self._key
        header = {"alg": "RS256", "kid": self._key.thumbprint()}
        return jwt.encode(header, claims, key)


def _part(part: Claims) -> str:
    import json

    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@contextmanager
def provided() -> Iterator[Provider]:
    """A provider that answers."""
    ready = socket.create_server(("127.0.0.1", 0))
    provider = Provider(f"http://127.0.0.1:{ready.getsockname()[1]}")
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.discovery),
            Route("/jwks", provider.jwks),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [ready]})
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
        ready.close()
