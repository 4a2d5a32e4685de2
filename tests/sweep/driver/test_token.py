"""A cluster that asks for a token lets in who has it, and refuses the others at once and in one sentence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from sweep.errors import ResourceError
from sweep.execution.ray import Resources, cluster_on, workers_for

TOKEN = "token-of-the-cluster-1234567890ab"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """The address of a Ray node of two CPUs that asks for the token."""
    with ExitStack() as taken:
        free = [taken.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        port, clients, agent = (server.getsockname()[1] for server in free)
    command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", f"--port={port}"]
    command += ["--num-cpus=2", "--include-dashboard=false", "--min-worker-port=0", "--max-worker-port=0"]
    command += [
        "--node-ip-address=127.0.0.1",
        f"--ray-client-server-port={clients}",
        f"--dashboard-agent-listen-port={agent}",
    ]
    command += [f"--temp-dir={tmp_path_factory.mktemp('r')}"]
    process = subprocess.Popen(
        command,
        env={**os.environ, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for line in process.stdout:
            if "will now block" in line:
                break
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def no_token(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)


def test_who_has_the_token_is_let_in(guarded, no_token, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    assert workers_for(cluster_on(guarded), Resources(), 0.0) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "with no token that it takes. Set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN"),
        ({"RAY_AUTH_MODE": "token"}, "with no token that it takes."),
        ({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "another"}, "with a token that it refuses."),
    ],
)
def test_who_has_no_token_or_another_is_refused_at_once(guarded, no_token, monkeypatch, given, said):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    start = time.monotonic()
    with pytest.raises(ResourceError) as refused:
        workers_for(cluster_on(guarded), Resources(), 0.0)
    assert str(refused.value).startswith("`resources.address` is a Ray cluster that asks for its token. Received: 127")
    assert said in str(refused.value)
    assert "another" not in str(refused.value)
    # Ray itself tries for twenty.
    assert time.monotonic() - start < 15
