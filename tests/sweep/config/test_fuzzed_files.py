"""Whatever a sweep file or a baseline holds, it is read or refused in a sentence."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweep.config import load_config
from sweep.errors import BaselineError, ConfigError
from sweep.gates.baseline_file import read_baseline

EXAMPLES = 20_000 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 100
FUZZED = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

SOUND = b"data: {name: iris}\noptimizers: {sgd: {learning_rate: [0.1, 0.2]}}\nseeds: 2\nspace: {batch_size: 32}\n"
BASELINE = (
    b'{"format": 1, "name": "a", "plan": "b", "metric": "val_loss", "conditions": {}, "versions": {}, "arms": '
    b'[{"arm": "sgd", "setting": {}, "seeds": {"0": {"status": "COMPLETED", "values": {"x": 1}, "curve": "", '
    b'"fingerprints": {}}}}]}'
)
PARTS = st.sampled_from(
    [b"&a ", b"*a", b"<<: ", b"[", b"]", b"{", b"}", b": ", b"- ", b"!!int ", b"1e999", b"\xff", b"\n", b"null"]
)


def damaged(sound: bytes) -> st.SearchStrategy[bytes]:
    """The file with some of its bytes replaced or extended."""

    def apply(changes: list[tuple[int, int, bytes]]) -> bytes:
        content = sound
        for at, length, new in changes:
            place = at % (len(content) + 1)
            content = content[:place] + new + content[place + length :]
        return content

    change = st.tuples(st.integers(0, 10_000), st.integers(0, 4), PARTS | st.binary(max_size=3))
    return st.lists(change, min_size=1, max_size=4).map(apply)


def require_read_or_refused(read, file, refusal):
    """Any other error than a refusal is a fault, and so is a refusal without a sentence, or with very many."""
    try:
        read(file)
    except refusal as error:
        told = str(error)
    else:
        return
    assert 0 < len(told) < 4000


@FUZZED
@given(content=damaged(SOUND) | st.binary(max_size=60))
def test_a_sweep_file_is_read_or_refused(content, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    file.write_bytes(content)
    require_read_or_refused(load_config, file, ConfigError)


@FUZZED
@given(content=damaged(BASELINE) | st.binary(max_size=60))
def test_a_baseline_is_read_or_refused(content, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "fuzzed.json"
    file.write_bytes(content)
    require_read_or_refused(read_baseline, file, BaselineError)


def test_a_baseline_without_end_is_refused(tmp_path):
    (tmp_path / "deep.json").write_text("[" * 200_000)
    with pytest.raises(BaselineError, match="must be a file that `sweep baseline save` wrote"):
        read_baseline(tmp_path / "deep.json")
