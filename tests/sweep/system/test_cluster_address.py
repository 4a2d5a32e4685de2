"""An address without a cluster is known at once."""

from __future__ import annotations

import socket

import pytest

from sweep.errors import ResourceError
from sweep.system.cluster_address import require_answer


def test_an_address_at_which_something_listens_passes():
    with socket.create_server(("127.0.0.1", 0)) as server:
        require_answer(f"127.0.0.1:{server.getsockname()[1]}")


def test_auto_is_left_to_ray():
    require_answer("auto")


@pytest.mark.parametrize("address", ["host", "host:", "ray://host", "http://host:1", "host:port", ":6379", "a b:1"])
def test_another_spelling_is_refused(address):
    with pytest.raises(ResourceError, match="must be `auto`, `host:port` or `ray://host:port`"):
        require_answer(address)


def test_an_address_at_which_nothing_listens_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ResourceError, match=rf"that answers \(.+\). Received: '127.0.0.1:{port}'"):
            require_answer(f"127.0.0.1:{port}")


def test_a_port_that_cannot_be_is_refused():
    with pytest.raises(ResourceError, match="that answers"):
        require_answer("127.0.0.1:99999")
