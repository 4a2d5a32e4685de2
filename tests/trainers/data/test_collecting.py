"""What people return from a loading function is collected once, in one order, with the names of its classes."""

import sys

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.imports import make_importable

torch = pytest.importorskip("torch")

CODE = """
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

x = np.arange(60.0).reshape(20, 3) / 7
y = np.arange(20) % 2

class Items(Dataset):
    def __len__(self):
        return 20
    def __getitem__(self, i):
        return torch.tensor(x[i]), int(y[i])

class Stream(IterableDataset):
    def __iter__(self):
        yield from zip(x, y)

def arrays():
    return x, y
def tensors():
    return torch.tensor(x, requires_grad=True), torch.tensor(y)
def items():
    return Items()
def stream():
    return Stream()
def batches():
    return DataLoader(Items(), batch_size=6)
def shuffled():
    return DataLoader(TensorDataset(torch.tensor(x), torch.tensor(y)), batch_size=6, shuffle=True)
def factory():
    return lambda: DataLoader(Items(), batch_size=7)
def generated():
    for start in range(0, 20, 6):
        yield x[start : start + 6], y[start : start + 6]
def mappings():
    for start in range(0, 20, 6):
        yield {"pixels": x[start : start + 6], "label": torch.tensor(y[start : start + 6])}
def table():
    import pandas as pd
    return pd.DataFrame(x, columns=["a", "b", "c"]).assign(kind=np.where(y, "cat", "dog"))

def face():
    import datasets
    made = datasets.Dataset.from_dict({"x": x.tolist(), "mask": x.tolist(), "label": y.tolist()})
    return made.cast_column("label", datasets.ClassLabel(names=["dog", "cat"]))
def streamed():
    return face().to_iterable_dataset()
"""


@pytest.fixture(autouse=True, scope="module")
def _own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "own_sources.py").write_text(CODE)
    make_importable(str(folder))
    yield
    sys.path.remove(str(folder))
    sys.modules.pop("own_sources", None)


def loaded(name, **more):
    return load(DataSource(module=f"own_sources:{name}", **more))


@pytest.mark.parametrize("name", ["tensors", "items", "stream", "batches", "factory", "generated", "mappings"])
def test_each_kind_of_source_gives_what_its_arrays_give(name):
    given, plain = loaded(name), loaded("arrays")
    np.testing.assert_array_equal(given.inputs, plain.inputs)
    np.testing.assert_array_equal(given.targets, plain.targets)
    assert given.fingerprint == plain.fingerprint


def test_a_loader_that_shuffles_gives_one_order_and_leaves_torchs_stream_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = loaded("shuffled")
    assert torch.equal(torch.rand(1), expected)
    assert loaded("shuffled").fingerprint == first.fingerprint
    assert sorted(first.inputs[:, 0]) == sorted(loaded("arrays").inputs[:, 0])


def test_a_table_is_read_by_its_column():
    dataset = loaded("table", target="kind")
    assert dataset.feature_names == ("a", "b", "c")
    assert (dataset.classes, dataset.targets[:3].tolist()) == (("cat", "dog"), [1, 0, 1])


@pytest.mark.parametrize("name", ["face", "streamed"])
def test_a_real_hugging_face_dataset_gives_its_columns(name):
    pytest.importorskip("datasets")
    dataset = loaded(name, inputs="x")
    np.testing.assert_allclose(dataset.inputs, loaded("arrays").inputs, rtol=1e-6)
    if name == "face":
        assert dataset.classes == ("dog", "cat")
