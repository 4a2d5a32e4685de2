"""A server that refuses one run is not sent the others of its batch."""

from __future__ import annotations

import time

import pytest
from mlflow.exceptions import MlflowException

from sweep.tracking.writers.client import ClientSink


def test_a_server_that_refuses_is_not_asked_for_the_whole_batch(
    store_uri, open_parent, make_result, monkeypatch, described
):
    parent = open_parent(store_uri)
    sink = ClientSink(parent, 2)
    asked = []

    def refuse(*arguments):
        asked.append(arguments)
        time.sleep(0.01)
        raise MlflowException("no")

    monkeypatch.setattr(parent.client, "create_run", refuse)
    with pytest.raises(MlflowException, match="no"):
        sink.write([described(make_result, seed=seed) for seed in range(50)])
    sink.close()
    assert len(asked) < 10
