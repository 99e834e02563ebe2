"""`commandes serve`: what it refuses, and how it stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest


def _serve(settings, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "commandes.cli", "serve", "--json", *options],
        env={**os.environ, "COMMANDES_DATA_DIR": str(settings.data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "shop.example"])  # noqa: S104 (refused)
def test_another_address_is_refused(settings, host):
    """Without access control the app is served to this machine alone."""
    process = _serve(settings, "--host", host, "--port", "0")
    out, _err = process.communicate(timeout=60)

    assert process.returncode == 2
    assert host in json.loads(out)["error"]["message"]


def test_a_taken_port_is_said(settings):
    """A port that another program holds is one sentence, not a stack trace."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = _serve(settings, "--port", str(port))
        out, err = process.communicate(timeout=60)

    assert process.returncode == 2
    assert str(port) in json.loads(out)["error"]["message"]
    assert "Traceback" not in err


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_and_stops(settings, end):
    """Once it gives its address it answers; told to stop it stops, all closed."""
    process = _serve(settings, "--port", "0")
    address = json.loads(process.stdout.readline())["address"]
    with urllib.request.urlopen(f"{address}/api/health") as answer:  # noqa: S310 (our own)
        assert json.load(answer) == {"ok": True}

    process.send_signal(end)
    _out, err = process.communicate(timeout=20)

    assert process.returncode in (0, -end, 128 + end)
    assert "Traceback" not in err
    assert not list(settings.data_dir.glob("*.db-wal"))
