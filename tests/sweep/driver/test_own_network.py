"""A user's module is tried on every batch that occurs, before any trial; what it raises is one sentence."""

from __future__ import annotations

import sys

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from sweep.config import SweepConfig  # noqa: E402
from sweep.driver.prepare import prepare  # noqa: E402
from sweep.driver.run import run  # noqa: E402
from sweep.errors import SweepError  # noqa: E402

MODULES = """
import warnings
import torch
from torch import nn

def norm():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))

class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(x)

def raises():
    raise KeyError("width")

def wrong():
    return nn.Sequential(nn.Linear(5, 3))

class Forward(Base):
    def forward(self, x):
        raise LookupError("no way forward")

class Backward(Base):
    class Identity(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            raise LookupError("no way back")

    def forward(self, x):
        return self.Identity.apply(self.layer(x))

class NoEval(Base):
    def forward(self, x):
        if not self.training:
            raise LookupError("no measuring")
        return self.layer(x)

class By8(Base):
    def forward(self, x):
        return self.layer(x.reshape(-1, 8, 4)).reshape(-1, 3)

class Rows(Base):
    def forward(self, x):
        if len(x) == 24:
            raise LookupError("24 rows")
        return self.layer(x)

class Squeezed(Base):
    def forward(self, x):
        return self.layer(x).squeeze()

class Detached(Base):
    def forward(self, x):
        return self.layer(x).detach()

class Pair(Base):
    def forward(self, x):
        return self.layer(x), x

def all_frozen():
    return Base().requires_grad_(False)

class Thaws(Base):
    def forward(self, x):
        self.layer.bias.requires_grad_(False)
        return self.layer(x)

def half():
    module = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 3))
    module[1].double()
    return module

class Complex(Base):
    def __init__(self):
        super().__init__()
        self.phase = nn.Parameter(torch.ones(3, dtype=torch.complex64))

class Shared(Base):
    def __init__(self):
        super().__init__()
        self.other = nn.Linear(4, 3)
        self.other.weight.data = self.layer.weight.data

class LazyUnused(Base):
    def __init__(self):
        super().__init__()
        self.spare = nn.LazyLinear(3)

class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LazyLinear(3)

    def forward(self, x):
        warnings.warn("slow")
        return self.layer(x)

class Groups(Base):
    def param_groups(self):
        return []

def partly():
    module = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 3))
    module[0].requires_grad_(False)
    return module
"""


@pytest.fixture(scope="module", autouse=True)
def _modules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "plan_networks.py").write_text(MODULES)
    sys.path.append(str(folder))
    yield
    sys.path.remove(str(folder))
    del sys.modules["plan_networks"]


def sweep(name, **changes):
    base = {
        "data": {"name": "iris"},
        "network": {"module": f"plan_networks:{name}"},
        "trainer": {"backend": "torch", "epochs": 1},
        "optimizers": {"sgd": {"learning_rate": 0.1}},
        "tracking": {"enabled": False},
        "resources": {"executor": "inline"},
        "report": False,
    }
    return SweepConfig.model_validate({**base, **changes})


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("raises", "which raises KeyError at "),
        ("wrong", "which raises RuntimeError in what "),
        ("Forward", "plan_networks.py:25 (no way forward)"),
        ("Backward", "(no way back)"),
        ("NoEval", "must make a module that can be measured in `eval` mode"),
        ("Detached", "whose outputs depend on the parameters"),
        ("Pair", "which gives a tuple"),
        ("all_frozen", "in which none requires gradients"),
        ("Thaws", "changes `requires_grad` as it runs"),
        ("half", "whose 1.weight is float64"),
        ("Complex", "whose phase is complex64"),
        ("Shared", "must make parameters that share no memory"),
        ("LazyUnused", "must make a module that uses all its lazy layers"),
    ],
)
def test_a_module_that_cannot_be_trained_is_one_sentence(name, sentence):
    with pytest.raises(SweepError) as raised:
        prepare(sweep(name))
    (line,) = str(raised.value).splitlines()
    assert line.startswith("`network.module` ")
    assert sentence in line
    assert raised.value.exit_code == 2


@given(st.integers(1, 130))
@settings(max_examples=25, deadline=None)
def test_a_batch_of_one_is_refused_where_batch_normalisation_needs_two_and_what_is_offered_works(batch_size):
    # 120 examples: batches of one come from a batch size of 1, 7, 17 and 119.
    config = sweep("norm", space={"batch_size": batch_size})
    if batch_size not in (1, 7, 17, 119):
        prepare(config)
        return
    with pytest.raises(SweepError, match=rf"`space\.batch_size` .*Received: {batch_size}, whose") as raised:
        prepare(config)
    assert "Expected more than 1 value" not in str(raised.value)
    for offered in str(raised.value).rstrip(".").rpartition("such as ")[2].split(" or "):
        prepare(sweep("norm", space={"batch_size": int(offered)}))


def test_the_batch_size_is_named_where_the_file_gives_it():
    with pytest.raises(SweepError, match=r"`optimizers\.sgd\.batch_size` .*Received: 17"):
        prepare(sweep("norm", optimizers={"sgd": {"learning_rate": 0.1, "batch_size": [16, 17]}}))


@pytest.mark.parametrize(
    ("name", "batch_size", "sentence"),
    [
        ("Rows", 32, "last batch of an epoch has 24 examples of 120, on which the module raises LookupError at "),
        ("Squeezed", 17, r"has 1 example of 120, on which the module gives (3,) where (1, 3) is asked for. Give such"),
        ("Rows", 24, "whose batches have 24 examples"),
    ],
)
def test_a_batch_that_fails_otherwise_is_named_with_the_reason(name, batch_size, sentence):
    with pytest.raises(SweepError) as raised:
        prepare(sweep(name, space={"batch_size": batch_size}))
    assert str(raised.value).startswith("`space.batch_size` must make batches")
    assert sentence in str(raised.value)
    for offered in str(raised.value).split("such as ")[1].split(", or mend")[0].split(" or "):
        prepare(sweep(name, space={"batch_size": int(offered)}))


def test_a_plan_says_what_a_module_holds_that_is_not_trained_or_called():
    assert prepare(sweep("partly")).plan.choices == (
        "40 parameters of plan_networks:partly are frozen and stay as they are made",
    )
    (note,) = prepare(sweep("Groups")).plan.choices
    assert note.startswith("param_groups of plan_networks:Groups is not called")


def test_lazy_layers_are_trained_and_warnings_stay_off_the_terminal(tmp_path, capfd):
    result = run(sweep("Lazy", results=str(tmp_path), seeds=2))
    assert set(result.trials["status"]) == {"COMPLETED"}
    assert capfd.readouterr().err == ""
