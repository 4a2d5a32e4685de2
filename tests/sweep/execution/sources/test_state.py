"""A state that a training saves comes back as it was, of every kind of value, and a file never runs code."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load

from sweep.execution.sources import state as module
from sweep.execution.sources.state import StateError, flat_arrays, read_facts, read_state, snapshot, write_state


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint.safetensors"


def restored(state, path):
    write_state(path, snapshot(state).content({"epoch": 1}))
    return read_state(path)


VALUES = [
    None,
    True,
    0,
    -(2**200),
    0.1,
    5e-324,
    math.inf,
    "",
    "ü\n\ud800",
    b"\x00\xff",
    [],
    (),
    {},
    [1, (2, [3.0, ("a", None)])],
    {1: "int", 2.5: "float", False: "bool", None: "none", "1": "text"},
    {"m": {"a": 1}, "l": [1], "t": (1,), "b": b"1", "of": "numpy"},
    {"bit_generator": "PCG64", "state": {"state": 2**127 + 1, "inc": 2**128 - 1}},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value)[:20])
def test_a_value_comes_back_as_it_was(value, path):
    found = restored({"value": value}, path)["value"]
    assert found == value
    assert repr(found) == repr(value)


def test_not_a_number_comes_back(path):
    assert math.isnan(restored(float("nan"), path))


DTYPES = [*module.INTEGERS, "bool", "float16", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_an_array_comes_back_with_its_type_and_shape(dtype, shape, path):
    array = np.arange(math.prod(shape), dtype=np.float64).reshape(shape).astype(dtype)
    found = restored([array], path)[0]
    assert isinstance(found, np.ndarray)
    assert (found.dtype, found.shape) == (array.dtype, shape)
    assert np.array_equal(found, array)


def test_a_scalar_of_numpy_comes_back_as_one(path):
    found = restored({"x": np.float32(0.1)}, path)["x"]
    assert type(found) is np.float32
    assert found == np.float32(0.1)


@pytest.mark.parametrize("array", [np.arange(6).reshape(2, 3).T, np.arange(6)[::-2], np.arange(3, dtype=">i4")])
def test_an_array_of_any_layout_comes_back(array, path):
    assert restored(array, path).tolist() == array.tolist()


TENSORS = ["bool", "uint8", "int64", "float16", "bfloat16", "float32", "float64"]


@pytest.mark.parametrize("dtype", TENSORS)
@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)])
def test_a_tensor_comes_back_with_its_type_and_shape(dtype, shape, path):
    torch = pytest.importorskip("torch")
    tensor = torch.ones(shape).to(getattr(torch, dtype))
    found = restored({"w": tensor}, path)["w"]
    assert isinstance(found, torch.Tensor)
    assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape)
    assert torch.equal(found, tensor)


def test_parameters_views_and_shared_tensors_come_back(path):
    torch = pytest.importorskip("torch")
    weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    found = restored({"a": weight, "b": weight, "t": weight.detach().T}, path)
    assert torch.equal(found["a"], weight)
    assert torch.equal(found["b"], weight)
    assert torch.equal(found["t"], weight.T)


def test_an_optimizer_s_state_comes_back(path):
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(layer.parameters(), 0.1)
    layer(torch.ones(3, 2)).sum().backward()
    optimizer.step()
    found = restored({"net": layer.state_dict(), "optimizer": optimizer.state_dict()}, path)
    again = torch.optim.Adam(layer.parameters(), 0.5)
    again.load_state_dict(found["optimizer"])
    assert again.param_groups[0]["lr"] == 0.1
    assert torch.equal(again.state[layer.weight]["exp_avg"], optimizer.state[layer.weight]["exp_avg"])


def test_a_snapshot_is_a_copy(path):
    array = np.zeros(2)
    taken = snapshot({"x": array})
    array += 1
    write_state(path, taken.content({}))
    assert read_state(path)["x"].tolist() == [0, 0]


class Thing:
    pass


@pytest.mark.parametrize(
    ("state", "received"),
    [
        ({"net": Thing()}, "Thing in state['net']"),
        ([1, {2}], "set in state[1]"),
        ({"f": {"g": print}}, "builtin_function_or_method in state['f']['g']"),
        ({(1, 2): 3}, "tuple in the keys of state"),
        (np.array([None]), "numpy.ndarray in state"),
        (np.array(["a"]), "numpy.ndarray in state"),
        (1j, "complex in state"),
    ],
)
def test_an_object_is_refused_with_its_place(state, received):
    with pytest.raises(StateError) as refused:
        snapshot(state)
    message = str(refused.value)
    assert message.startswith("`trial.save` takes mappings, lists and tuples of numbers, text,")
    assert f"{received}. Write it as a file into `trial.folder`" in message


def test_what_contains_itself_is_refused():
    cycle: list[object] = []
    cycle.append(cycle)
    with pytest.raises(StateError, match=r"up to 200 levels of nesting"):
        snapshot(cycle)


@pytest.mark.parametrize("state", [np.zeros(1000), b"x" * 8000, [np.zeros(500), np.zeros(500)], "x" * 8000])
def test_a_state_that_is_too_large_is_refused(state, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 8000)
    with pytest.raises(StateError, match=r"^`trial\.save` takes a state below .* Received: .* `trial\.folder`"):
        snapshot(state)


def test_a_state_that_is_too_large_is_refused_before_it_is_copied(monkeypatch):
    copied = []
    monkeypatch.setattr(module, "MOST_BYTES", 8000)
    monkeypatch.setattr(np, "array", lambda *given, **more: copied.append(given))
    with pytest.raises(StateError, match="takes a state below"):
        snapshot({"w": np.zeros(1000)})
    assert copied == []


def test_the_limit_itself():
    assert module.MOST_BYTES == 1e9
    # As large as a gigabyte, in eight bytes of memory.
    with pytest.raises(StateError, match=r"below 1,000 MB\. Received: 1,000 MB or more\."):
        snapshot(np.broadcast_to(np.zeros(1), (125_000_000,)))


def test_bytes_of_any_size_come_back(path):
    # More than the 100 MB that the header of a safetensors file may have, as base64.
    found = restored({"b": bytes(80_000_000)}, path)["b"]
    assert type(found) is bytes
    assert found == bytes(80_000_000)


def test_a_file_holds_its_facts_and_any_safetensors_reader_finds_the_arrays(path):
    write_state(path, snapshot({"w": np.array([1.0, 2.0])}).content({"epoch": 3, "rows": [[1, None, {}, 0.5]]}))
    assert read_facts(path) == {"epoch": 3, "rows": [[1, None, {}, 0.5]]}
    with safe_open(str(path), "numpy") as file:
        assert [file.get_tensor(name).tolist() for name in file.keys()] == [[1.0, 2.0]]  # noqa: SIM118


def test_a_write_that_fails_leaves_the_old_state(path, monkeypatch):
    write_state(path, snapshot(1).content({}))
    with pytest.raises(TypeError):
        write_state(path, "no bytes")
    assert read_state(path) == 1
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def damaged(content: bytes) -> list[bytes]:
    """A file that is empty, cut off in its header, cut off in its data, and one of another kind."""
    return [b"", content[:5], content[:-1], b"PK\x03\x04" + content, json.dumps({"a": 1}).encode()]


@pytest.mark.parametrize("number", range(5))
def test_a_damaged_file_is_one_sentence(number, path):
    path.write_bytes(damaged(snapshot({"w": np.zeros(4)}).content({"epoch": 1}))[number])
    with pytest.raises(StateError, match=r"^`.*checkpoint\.safetensors` must be a state that `trial\.save` wrote \("):
        read_state(path)
    assert number == 2 or read_facts(path) is None


def test_a_file_of_another_program_is_no_state(path):
    from safetensors.numpy import save_file

    save_file({"w": np.zeros(2)}, str(path))
    assert read_facts(path) is None
    with pytest.raises(StateError):
        read_state(path)


def test_there_is_nothing_to_read_where_no_state_was_kept(path):
    assert read_facts(path) is None
    with pytest.raises(StateError):
        read_state(path)


def test_arrays_by_name_become_a_plain_file_with_their_names():
    content = flat_arrays({"weight": np.array([[1.5, 2.0]]), "steps": np.array(3)})
    assert {name: array.tolist() for name, array in load(content).items()} == {"weight": [[1.5, 2.0]], "steps": 3}


def test_a_state_dict_becomes_a_plain_file_also_in_half_precision():
    torch = pytest.importorskip("torch")
    from safetensors.torch import load as load_tensors

    state = {"weight": torch.tensor([1.5], dtype=torch.bfloat16), "mean": np.array([2.0])}
    tensors = load_tensors(flat_arrays(state))
    assert (tensors["weight"].dtype, tensors["weight"].tolist(), tensors["mean"].tolist()) == (
        torch.bfloat16,
        [1.5],
        [2.0],
    )


@pytest.mark.parametrize("state", [None, {}, {"w": np.ones(1), "epoch": 1}, {1: np.ones(1)}, [np.ones(1)]])
def test_any_other_state_is_not_arrays_by_name(state):
    assert flat_arrays(state) is None
