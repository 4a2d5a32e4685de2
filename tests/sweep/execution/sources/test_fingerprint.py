"""A fingerprint is equal for equal content, in every process."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from sweep.execution.sources.fingerprint import fingerprint
from sweep.execution.sources.metric_values import ReportError


def test_it_is_the_hash_of_the_bytes():
    assert fingerprint("x", b"abc") == hashlib.sha256(b"abc").hexdigest()[:16]
    assert fingerprint("x", np.arange(3)) == hashlib.sha256(np.arange(3).tobytes()).hexdigest()[:16]


def test_it_is_equal_for_equal_content_of_any_layout_alone():
    same = [np.arange(3), np.arange(6)[:3], np.arange(6)[::2] // 2, [0, 1, 2]]
    assert len({fingerprint("x", content) for content in same}) == 1
    assert fingerprint("x", [0, 1, 3]) != fingerprint("x", [0, 1, 2])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int64", "bool"])
def test_a_tensor_has_one(dtype):
    torch = pytest.importorskip("torch")
    tensor = torch.tensor([1, 0]).to(getattr(torch, dtype))
    assert fingerprint("x", tensor) == fingerprint("x", tensor.clone()) != fingerprint("x", tensor.flip(0))


def test_a_parameter_has_that_of_its_values():
    torch = pytest.importorskip("torch")
    assert fingerprint("x", torch.nn.Parameter(torch.ones(3))) == fingerprint("x", np.ones(3, np.float32))


def test_objects_have_none_as_their_addresses_differ_from_process_to_process():
    with pytest.raises(ReportError, match=r"^`trial\.fingerprint` takes .* Received: objects for `split`"):
        fingerprint("split", np.array([None, "a"], dtype=object))
