"""What listens at an address and is no Ray cluster is refused."""

from __future__ import annotations

import socket

import pytest

from sweep.errors import ResourceError
from sweep.execution.ray import Resources, cluster_on, workers_for
from sweep.execution.ray import cluster_probe as looking


def test_what_listens_but_is_no_cluster_is_refused(monkeypatch, capfd):
    monkeypatch.setattr(looking, "LOOK_SECONDS", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(ResourceError, match=r"takes this driver \(no answer as of Ray within 3 seconds\)"):
            workers_for(cluster_on(address), Resources(), 0.0)
    assert capfd.readouterr() == ("", "")
