"""A message about a store names what gave its address."""

from __future__ import annotations

import pytest

from sweep.tracking.sources import DEFAULT, ENVIRONMENT, KEY, OPTION, source_of


@pytest.mark.parametrize(
    ("uri", "environ", "given", "source"),
    [
        ("sqlite:///a.db", {"MLFLOW_TRACKING_URI": "http://b"}, KEY, KEY),
        ("sqlite:///a.db", {}, OPTION, OPTION),
        (None, {"MLFLOW_TRACKING_URI": "http://b"}, OPTION, ENVIRONMENT),
        ("", {"MLFLOW_TRACKING_URI": ""}, KEY, DEFAULT),
        (None, {}, OPTION, DEFAULT),
    ],
)
def test_what_is_given_goes_before_the_variable_and_the_default(uri, environ, given, source):
    assert source_of(uri, environ, given) is source
