"""nginx with https before one app or several, by the file that docs/deploy.md has."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
HINT = "nginx is missing: apt-get install nginx-light"
# What Debian's own file has around a site.
AROUND = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/error;
events {{ worker_connections 256; }}
http {{
  include /etc/nginx/mime.types;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/site;
}}
"""


def _nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HINT)
        pytest.skip(HINT)
    return found


@contextmanager
def proxied(
    folder: Path, app_ports: Sequence[int], secure: int
) -> Iterator[tuple[int, int]]:
    """Run nginx with docs/deploy/nginx.conf, its ports and paths changed.

    Args:
        app_ports: of the processes behind it.
        secure: the port for https; the one for http is free.
    """
    program, plain = _nginx(), free_port()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-days", "2", "-subj", "/CN=orders.example.org"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    site = (ROOT / "docs" / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for told, ours in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "/etc/ssl/orders.example.org/fullchain.pem": str(certificate),
        "/etc/ssl/orders.example.org/privkey.pem": str(key),
        "server 127.0.0.1:8501 max_fails": "\n    ".join(
            f"server 127.0.0.1:{port} max_fails=1 fail_timeout=5s;"
            for port in app_ports[:-1]
        )
        + f"\n    server 127.0.0.1:{app_ports[-1]} max_fails",
    }.items():
        assert told in site
        site = site.replace(told, ours)
    (folder / "site").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(AROUND.format(folder=folder, user=user))
    options = [program, "-p", folder, "-c", folder / "conf"]
    subprocess.run([*options, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(options)
    try:
        _until_it_listens(secure)
        yield plain, secure
    finally:
        process.terminate()
        process.wait(timeout=20)


def _until_it_listens(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not listen")
