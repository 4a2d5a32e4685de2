"""A user's own modules: trained as torch itself trains them, stacked or one at a time."""

from __future__ import annotations

import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from trainers.data import DataSource, load  # noqa: E402
from trainers.errors import UserCodeError  # noqa: E402
from trainers.loop import train  # noqa: E402
from trainers.networks.look_over import look_over  # noqa: E402
from trainers.networks.own_module import make_module  # noqa: E402
from trainers.pack import ModuleSpec, Pack, TrialSpec  # noqa: E402
from trainers.seeding import generator  # noqa: E402
from trainers.session import Session, split_of  # noqa: E402

MODULES = """
import torch
from torch import nn

def plain():
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))

def normalised():
    return nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))

def dropped():
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 3))

class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(x) if x.sum() > 0 else self.layer(-x)

def nothing():
    return nn.Flatten()

def text():
    return "text"
"""


@pytest.fixture(scope="module", autouse=True)
def _modules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "own_networks.py").write_text(MODULES)
    sys.path.append(str(folder))
    yield
    sys.path.remove(str(folder))
    del sys.modules["own_networks"]


SGD = TrialSpec("sgd", {"learning_rate": 0.1})


def pack(name, trials=(SGD,), epochs=2, **more):
    spec = ModuleSpec(f"own_networks:{name}")
    return Pack(load(DataSource("iris")), tuple(trials), spec, 32, epochs, backend="torch", dtype="float64", **more)


def by_hand(training, optimizer_of):
    """Train the module by torch.optim alone: the mean training loss of each epoch and the validation loss after it."""
    session = Session(training, None, None, None)
    split = split_of(training, 0)
    module = make_module(training.network, int(generator(0, "init").integers(2**63))).double()
    optimizer = optimizer_of(module.parameters())
    loss_of = torch.nn.CrossEntropyLoss()
    inputs, targets = torch.tensor(split.train_inputs), torch.tensor(split.train_targets)
    for _ in range(training.epochs):
        total = 0.0
        module.train()
        for batch in session.next_epoch()[0]:
            optimizer.zero_grad()
            loss = loss_of(module(inputs[batch]), targets[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        module.eval()
        with torch.no_grad():
            val = float(loss_of(module(torch.tensor(split.val_inputs)), torch.tensor(split.val_targets)))
        yield total / len(targets), val


@pytest.mark.parametrize("name", ["plain", "normalised", "Branching"])
def test_it_trains_as_torch_does(name):
    trials = (SGD, TrialSpec("adam", {"learning_rate": 0.01}))
    optimizers = [lambda p: torch.optim.SGD(p, 0.1), lambda p: torch.optim.Adam(p, 0.01)]
    ours = [
        [(m.values["train_loss"][row], m.values["val_loss"][row]) for m in train(pack(name, trials, 3))]
        for row in range(2)
    ]
    for row, optimizer in enumerate(optimizers):
        np.testing.assert_allclose(ours[row], list(by_hand(pack(name, epochs=3), optimizer)), rtol=1e-6)


@pytest.mark.parametrize("name", ["plain", "normalised", "dropped", "Branching"])
def test_a_trial_is_the_same_alone_and_among_others_that_diverge(name):
    mates = (TrialSpec("sgd", {"learning_rate": 1e30}), SGD, TrialSpec("adam", {"learning_rate": 0.1}, seed=1), SGD)
    *_, alone = train(pack(name, epochs=3))
    *_, among = train(pack(name, mates, epochs=3))
    for metric in ("train_loss", "val_loss", "gradient_norm", "update_ratio"):
        mine = among.values[metric][among.trials == 1]
        np.testing.assert_allclose(mine, alone.values[metric], rtol=1e-6)
        np.testing.assert_allclose(among.values[metric][among.trials == 3], mine, rtol=1e-6)


def test_all_arms_of_a_seed_begin_alike_and_torch_is_left_as_it_was():
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    first = Session(pack("plain")).fingerprints()
    list(train(pack("dropped", epochs=1)))
    assert torch.rand(1) == expected
    trials = (TrialSpec("adam", {"learning_rate": 0.1}), TrialSpec("sgd", {"learning_rate": 0.1}, seed=1))
    again = Session(pack("plain", trials)).fingerprints()
    assert again[0] == first[0]
    assert again[1]["init"] != first[0]["init"]


def test_l2_decay_is_of_weights_and_not_of_biases():
    # Without data to learn from (learning rate aside), the gradient of a weight w is that of the loss plus 0.5 w.
    def tile(decay):
        session = Session(pack("plain", weight_decay=decay), None, None, None)
        (tile,) = session.tiles
        next(tile.steps(1, 4, session.next_epoch()))
        return tile

    without, decayed = tile(0.0), tile(0.5)
    initial = Session(pack("plain"), None, None, None).tiles[0].parameters
    # 4 x 6 weights, 6 biases, 6 x 3 weights, 3 biases
    is_weight = np.repeat([True, False, True, False], [24, 6, 18, 3])
    difference = (decayed.gradients - without.gradients)[0].numpy()
    np.testing.assert_allclose(difference, np.where(is_weight, 0.5 * initial[0].numpy(), 0.0), atol=1e-12)


def test_what_cannot_be_stacked_is_told_apart():
    facts = {name: look_over(ModuleSpec(f"own_networks:{name}"), 4, 3) for name in ("plain", "normalised", "dropped")}
    assert facts["plain"].obstacle is None
    # 4 x 6 + 6 + 6 x 3 + 3
    assert facts["plain"].parameters == 51
    assert facts["normalised"].parameters == 51 + 12
    assert "atch norm" in facts["normalised"].obstacle
    assert "random" in facts["dropped"].obstacle
    assert look_over(ModuleSpec("own_networks:Branching"), 4, 3).obstacle


@pytest.mark.parametrize(
    ("name", "outputs", "sentence"),
    [
        ("nothing", 4, "a module with parameters"),
        ("text", 3, "makes a str"),
        ("plain", 2, "gives (B, 2)"),
    ],
)
def test_what_is_no_network_for_the_data_is_refused(name, outputs, sentence):
    with pytest.raises(UserCodeError) as raised:
        look_over(ModuleSpec(f"own_networks:{name}"), 4, outputs)
    assert sentence in str(raised.value)


def test_a_module_is_for_torch_alone():
    with pytest.raises(ValueError, match="for the backend torch"):
        Pack(load(DataSource("iris")), (SGD,), ModuleSpec("own_networks:plain"))
