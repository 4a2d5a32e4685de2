"""A module gets inputs in the form that it takes: as they are, with their channels first, or as whole numbers."""

import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from trainers.data.dataset import classification  # noqa: E402
from trainers.data.tensors import from_tensors  # noqa: E402
from trainers.errors import UserCodeError  # noqa: E402
from trainers.networks.module_inputs import fitted  # noqa: E402
from trainers.networks.module_losses import Objective  # noqa: E402
from trainers.pack import ModuleSpec  # noqa: E402

MODULES = """
import torch
from torch import nn

def conv(channels=3):
    return nn.Sequential(nn.Conv2d(channels, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
def lazy():
    return nn.Sequential(nn.LazyConv2d(4, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
def conv1(channels):
    return nn.Sequential(nn.Conv1d(channels, 4, 3), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 5))
def flat(features):
    return nn.Sequential(nn.Flatten(), nn.Linear(features, 5))
class Turning(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = conv()
    def forward(self, x):
        return self.net(x.permute(0, 3, 1, 2))
class Bag(nn.Module):
    def __init__(self, rows=50):
        super().__init__()
        self.embedding = nn.Embedding(rows, 8)
        self.head = nn.Linear(8, 5)
    def forward(self, x):
        return self.head(self.embedding(x).mean(1))
"""


@pytest.fixture(scope="module", autouse=True)
def _modules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "kinds_of_inputs.py").write_text(MODULES)
    sys.path.append(str(folder))
    yield
    sys.path.remove(str(folder))
    sys.modules.pop("kinds_of_inputs", None)


def images(*shape, dtype=np.uint8):
    inputs = np.random.default_rng(0).integers(0, 255, (20, *shape)).astype(dtype)
    return from_tensors("own:load", ("x", "y"), inputs, np.arange(20) % 5, "auto")


def rows(highest, dtype=float):
    inputs = np.arange(20 * 6).reshape(20, 6) % (highest + 1)
    return classification("own:load", inputs.astype(dtype), np.arange(20) % 5, list("abcde"), list("pqrstu"))


def form(name, dataset, **kwargs):
    accepts = Objective(dataset.shape).accepts
    return fitted(ModuleSpec(f"kinds_of_inputs:{name}", kwargs), dataset, accepts)


@pytest.mark.parametrize(
    ("name", "kwargs", "shape", "item"),
    [
        ("conv", {}, (3, 8, 8), (3, 8, 8)),
        ("conv", {}, (8, 8, 3), (3, 8, 8)),
        ("conv", {"channels": 1}, (8, 8), (1, 8, 8)),
        ("conv", {"channels": 1}, (8, 8, 1), (1, 8, 8)),
        ("lazy", {}, (8, 8, 3), (3, 8, 8)),
        ("lazy", {}, (16, 8, 8), (16, 8, 8)),
        ("Turning", {}, (8, 8, 3), (8, 8, 3)),
        ("flat", {"features": 192}, (8, 8, 3), (8, 8, 3)),
        ("conv1", {"channels": 6}, (12, 6), (6, 12)),
        ("conv1", {"channels": 12}, (12, 6), (12, 6)),
    ],
)
def test_axes_are_those_that_the_module_takes(name, kwargs, shape, item):
    dataset = images(*shape)
    found = form(name, dataset, **kwargs)
    assert found.item == item
    assert found.fingerprint == dataset.fingerprint
    assert np.sort(found.inputs.ravel()).tolist() == np.sort(dataset.inputs.ravel()).tolist()


def test_whole_numbers_are_tokens_for_an_embedding_alone():
    dataset = rows(49)
    assert form("Bag", dataset).is_tokens
    assert form("flat", dataset, features=6) is dataset


def test_rows_that_are_not_whole_stay_as_they_are_without_running_the_module():
    dataset = classification("own:load", rows(49).inputs + 0.5, np.arange(20) % 5, list("abcde"), list("pqrstu"))
    assert fitted(ModuleSpec("no_such:module"), dataset, lambda shape: True) is dataset


def test_an_embedding_needs_a_row_for_the_largest_token_wherever_it_is():
    assert form("Bag", rows(49), rows=50).is_tokens
    with pytest.raises(UserCodeError, match=r"largest is 49.*IndexError.*Give the embedding 50 rows or more"):
        form("Bag", rows(49), rows=49)


def test_what_takes_none_of_the_forms_gets_the_inputs_as_they_are():
    dataset = images(7, 8, 9)
    assert form("flat", dataset, features=3) is dataset
