"""What is said of a cluster before Ray is asked."""

from __future__ import annotations

import pytest

from sweep.errors import ResourceError
from sweep.service import cluster
from sweep.service.cluster import Cluster
from sweep.service.token import require_token


@pytest.mark.parametrize("address", ["localhost:8265", "head", "http://", "ray://head:10001", "http://head:x"])
def test_an_address_that_is_no_url_is_refused(address):
    with pytest.raises(ResourceError, match=r"`--address` must be the address of Ray's dashboard\. Received: "):
        Cluster(address)


def test_a_head_that_does_not_run_is_named():
    with pytest.raises(ResourceError, match=r"must be a cluster that answers \(Connection refused\)\. Received: "):
        Cluster("http://127.0.0.1:1/ray")


@pytest.mark.parametrize(
    ("given", "variable", "sentence"),
    [
        (
            "http://127.0.0.1:1",
            "http://127.0.0.1:2",
            r"^`--address` must be .*127\.0\.0\.1:1'.* or correct the address",
        ),
        (None, "http://127.0.0.1:2", r"^the variable RAY_API_SERVER_ADDRESS must be .*:2'.* another with `--address`"),
        (
            None,
            "head",
            r"^the variable RAY_API_SERVER_ADDRESS must be the address of Ray's dashboard\. Received: 'head'",
        ),
        (None, "", r"^the default address must be .*127\.0\.0\.1:3'.* another with `--address`"),
    ],
)
def test_who_gave_the_address_is_said(monkeypatch, given, variable, sentence):
    monkeypatch.setattr(cluster, "DEFAULT_ADDRESS", "http://127.0.0.1:3")
    monkeypatch.setenv("RAY_API_SERVER_ADDRESS", variable)
    with pytest.raises(ResourceError, match=sentence):
        Cluster(given)


def test_no_token_is_needed_where_ray_sends_none(tmp_path):
    require_token({}, tmp_path)


def test_a_token_is_found_where_ray_looks_for_it(tmp_path):
    with pytest.raises(ResourceError, match=r"none in RAY_AUTH_TOKEN, and none in .*auth_token"):
        require_token({"RAY_AUTH_MODE": "token"}, tmp_path)
    file = tmp_path / "token"
    named = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(file)}
    with pytest.raises(ResourceError, match="none in"):
        require_token(named, tmp_path)
    file.write_text("secret\n", encoding="utf-8")
    require_token(named, tmp_path)
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text("secret", encoding="utf-8")
    require_token({"RAY_AUTH_MODE": "token"}, tmp_path)
