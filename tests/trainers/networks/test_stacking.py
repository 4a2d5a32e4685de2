"""Modules that hold more than plain parameters train as a plain loop of torch trains them, seed by seed."""

from __future__ import annotations

import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from trainers.data import DataSource, load  # noqa: E402
from trainers.loop import train  # noqa: E402
from trainers.networks.look_over import look_over  # noqa: E402
from trainers.networks.own_module import make_module, module_seed  # noqa: E402
from trainers.networks.stacking import CHANGES_BUFFERS, obstacle  # noqa: E402
from trainers.pack import ModuleSpec, Pack, TrialSpec  # noqa: E402
from trainers.session import Session, split_of  # noqa: E402

MODULES = '''
import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrizations

class Two(nn.Module):
    def __init__(self, act=torch.tanh):
        super().__init__()
        self.body, self.head, self.act = nn.Linear(4, 8), nn.Linear(8, 3), act

    def forward(self, x):
        return self.head(self.act(self.body(x)))

def frozen():
    module = Two()
    module.body.requires_grad_(False)
    return module

def frozen_head():
    module = Two()
    module.head.requires_grad_(False)
    return module

class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.head = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 3)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.head(torch.tanh(self.second(torch.tanh(self.first(x)))))

class Features(nn.Module):
    """Random features of a buffer, which each seed draws for itself."""
    def __init__(self):
        super().__init__()
        self.register_buffer("directions", torch.randn(4, 8))
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(torch.cos(x @ self.directions))

class Attribute(nn.Module):
    """The same in a tensor that torch does not know of."""
    def __init__(self):
        super().__init__()
        self.directions = torch.randn(4, 8, dtype=torch.float64)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(torch.cos(x @ self.directions.to(x.dtype)))

class Counting(Two):
    """Its step size shrinks by how often it was called while it trained."""
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += self.training
        return super().forward(x) / (1 + 0.1 * self.calls)

class Patient(Two):
    """Its step size shrinks once it was called so often, which a short look does not see in its numbers."""
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += self.training
        return super().forward(x) / (2 if self.calls > 9 else 1)

class Holder:
    def __init__(self):
        self.directions = torch.randn(4, 8)

class Holding(nn.Module):
    """Random features in an object, into which nobody can look."""
    def __init__(self):
        super().__init__()
        self.holder, self.head = Holder(), nn.Linear(8, 3)

    def forward(self, x):
        return self.head(torch.cos(x @ self.holder.directions.to(x.dtype)))

class Noisy(Two):
    """Draws from a stream of its own, and so little that a comparison with a tolerance does not see it."""
    def __init__(self):
        super().__init__()
        self.stream = np.random.default_rng(0)

    def forward(self, x):
        noise = 1e-6 * self.stream.standard_normal() if self.training else 0.0
        return super().forward(x) + noise

def wide_clipping_hook():
    """Clips gradients that are larger than those of the first look."""
    module = Two()
    module.body.weight.register_hook(lambda gradient: gradient.clamp(-1e3, 1e3))
    return module

def of_any_width():
    width = int(torch.randint(4, 400, ()))
    return nn.Sequential(nn.Linear(4, width), nn.Tanh(), nn.Linear(width, 3))

SHARED = nn.Tanh()
SHARED.register_forward_hook(lambda part, inputs, output: output)

def shared_hook():
    """The same part with its hook in every module, so that nothing of it differs between them."""
    return nn.Sequential(nn.Linear(4, 8), SHARED, nn.Linear(8, 3))

class Seen(Two):
    """A buffer that is changed in place."""
    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        if self.training:
            self.seen.add_(1)
        return super().forward(x)

class Average(nn.Module):
    """A buffer that is given a new tensor at each step."""
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)
        self.register_buffer("mean", torch.zeros(4))

    def forward(self, x):
        if self.training:
            self.mean = 0.9 * self.mean + 0.1 * x.mean(0)
        return self.layer(x - self.mean)

def gradient_hook():
    module = Two()
    module.body.weight.register_hook(lambda gradient: 0.1 * gradient)
    return module

def clipping_hook():
    module = Two()
    def clip(parameter):
        parameter.grad.clamp_(-0.01, 0.01)
    for parameter in module.parameters():
        parameter.register_post_accumulate_grad_hook(clip)
    return module

def forward_hook():
    module = Two()
    module.body.register_forward_hook(lambda part, inputs, output: 2 * output)
    return module

def backward_hook():
    module = Two()
    module.head.register_full_backward_hook(lambda part, into, out: tuple(None if g is None else 3 * g for g in into))
    return module

def weight_norm():
    module = Two()
    parametrizations.weight_norm(module.body)
    return module

def spectral_norm():
    module = Two()
    parametrizations.spectral_norm(module.body)
    return module

class InPlace(Two):
    def forward(self, x):
        x.mul_(2.0)
        return super().forward(x)

def batch_norm():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3))

def frozen_norm():
    module = batch_norm()
    module[1].requires_grad_(False)
    return module

class HeldNorm(nn.Module):
    """Batch normalisation that always uses its running statistics."""
    def __init__(self):
        super().__init__()
        self.body, self.norm, self.head = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 3)

    def train(self, mode=True):
        super().train(mode)
        self.norm.eval()
        return self

    def forward(self, x):
        return self.head(torch.tanh(self.norm(self.body(x))))

class Unused(Two):
    def __init__(self):
        super().__init__()
        self.spare = nn.Linear(5, 5)

def lazy():
    return nn.Sequential(nn.LazyLinear(8), nn.LazyBatchNorm1d(), nn.Tanh(), nn.LazyLinear(3))

def plain_lazy():
    return nn.Sequential(nn.LazyLinear(8), nn.Tanh(), nn.LazyLinear(3))

class Drawing(Two):
    """Keeps what it has drawn."""
    def __init__(self):
        super().__init__()
        self.register_buffer("drawn", torch.zeros(3))

    def forward(self, x):
        self.drawn = torch.rand(3)
        return super().forward(x)

def dropped():
    return nn.Sequential(nn.Linear(4, 32), nn.Dropout(0.5), nn.Tanh(), nn.Linear(32, 3))

def scalar():
    module = nn.Sequential(nn.Linear(4, 8), nn.PReLU(), nn.Linear(8, 3))
    module[1].weight = nn.Parameter(torch.tensor(0.3))
    return module

class Paired(nn.Module):
    """Frozen parameters, buffers and tied weights at once."""
    def __init__(self):
        super().__init__()
        self.first, self.second, self.head = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 3)
        self.second.weight = self.first.weight
        self.head.bias.requires_grad_(False)
        self.register_buffer("shift", torch.randn(4), persistent=False)

    def forward(self, x):
        return self.head(torch.tanh(self.second(torch.tanh(self.first(x + self.shift)))))
'''

STACKED = ["frozen", "frozen_head", "Tied", "Features", "plain_lazy", "Unused", "HeldNorm", "Paired"]
ONE_BY_ONE = [
    *("Attribute", "Counting", "Average", "gradient_hook", "clipping_hook", "forward_hook", "backward_hook"),
    *("weight_norm", "spectral_norm", "InPlace", "batch_norm", "frozen_norm", "lazy"),
    *("Patient", "Seen", "Holding", "Noisy", "wide_clipping_hook", "shared_hook"),
]
SAID = {
    "Attribute": "it holds something beside parameters and buffers that depends on the seed",
    "of_any_width": "it holds something beside parameters and buffers that depends on the seed",
    "Average": CHANGES_BUFFERS,
    "Seen": CHANGES_BUFFERS,
    "forward_hook": "it has hooks",
    "backward_hook": "it has hooks",
    "shared_hook": "it has hooks",
    "gradient_hook": "its parameters have hooks",
    "clipping_hook": "its parameters have hooks",
    "wide_clipping_hook": "its parameters have hooks",
    "Noisy": "it draws from a stream of its own",
    "Counting": "it changes what it holds as it runs",
    "Patient": "it changes what it holds as it runs",
    "Holding": "a stack of it gives other numbers",
}


@pytest.fixture(scope="module", autouse=True)
def _modules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "kinds_of_networks.py").write_text(MODULES)
    sys.path.append(str(folder))
    yield
    sys.path.remove(str(folder))
    del sys.modules["kinds_of_networks"]


OPTIMIZERS = {
    "sgd": (TrialSpec("sgd", {"learning_rate": 0.2}), lambda parameters: torch.optim.SGD(parameters, 0.2)),
    "adam": (TrialSpec("adam", {"learning_rate": 0.02}, seed=1), lambda parameters: torch.optim.Adam(parameters, 0.02)),
}
DATA = load(DataSource("iris"))


def pack(name: str) -> Pack:
    trials = tuple(trial for trial, _ in OPTIMIZERS.values())
    return Pack(DATA, trials, ModuleSpec(f"kinds_of_networks:{name}"), 25, 4, backend="torch", dtype="float64")


def by_hand(training: Pack, trial: TrialSpec, optimizer_of):
    """Train one trial in a plain loop of torch: the mean training loss of each epoch and the validation loss."""
    session, split = Session(training), split_of(training, trial.seed)
    module = make_module(training.network, module_seed(trial.seed), training.features).double()
    optimizer = optimizer_of([parameter for parameter in module.parameters() if parameter.requires_grad])
    loss_of = torch.nn.CrossEntropyLoss()
    inputs, targets = torch.tensor(split.train_inputs), torch.tensor(split.train_targets)
    for _ in range(training.epochs):
        total = 0.0
        module.train()
        for batch in session.next_epoch()[trial.seed]:
            optimizer.zero_grad()
            loss = loss_of(module(inputs[batch]), targets[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        module.eval()
        with torch.no_grad():
            val = float(loss_of(module(torch.tensor(split.val_inputs)), torch.tensor(split.val_targets)))
        yield total / len(targets), val


@pytest.mark.parametrize("name", [*STACKED, *ONE_BY_ONE, "scalar"])
def test_every_kind_of_module_trains_as_a_plain_loop_trains_it(name):
    training = pack(name)
    ours = list(train(training))
    for row, (trial, optimizer) in enumerate(OPTIMIZERS.values()):
        curve = [(epoch.values["train_loss"][row], epoch.values["val_loss"][row]) for epoch in ours]
        np.testing.assert_allclose(curve, list(by_hand(training, trial, optimizer)), rtol=1e-8)


@pytest.mark.parametrize("name", [*STACKED, *ONE_BY_ONE])
def test_only_what_a_stack_trains_alike_is_stacked(name):
    facts = look_over(ModuleSpec(f"kinds_of_networks:{name}"), 4, 3)
    assert (facts.obstacle is None) == (name in STACKED), facts.obstacle


@pytest.mark.parametrize("name", SAID)
def test_the_reason_is_told_by_which_a_module_is_not_stacked(name):
    inputs = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    assert obstacle(ModuleSpec(f"kinds_of_networks:{name}"), inputs) == SAID[name]


@pytest.mark.parametrize("name", ["frozen", "frozen_head", "frozen_norm", "Paired"])
def test_frozen_parameters_stay_bit_for_bit(name):
    session = Session(pack(name))
    (tile,) = session.tiles
    made = [make_module(tile.pack.network, module_seed(seed), 4).double() for seed in (1, 0)]
    for _ in range(2):
        batches = session.next_epoch()
        list(tile.steps(session.epoch, session.steps, batches))
    seeds = [tile.pack.trials[trial].seed for trial in tile.trials]
    for row, seed in enumerate(seeds):
        begun = {n: p for n, p in made[0 if seed else 1].named_parameters() if not p.requires_grad}
        assert begun
        for parameter, before in begun.items():
            now = (
                tile._fixed[parameter][row]
                if tile.is_stacked
                else dict(tile._modules[row].named_parameters())[parameter]
            )
            assert torch.equal(now, before)


def test_a_parameter_that_is_used_twice_is_trained_once():
    assert look_over(ModuleSpec("kinds_of_networks:Tied"), 4, 3).parameters == 16 + 4 + 4 + 12 + 3


def test_dropout_draws_from_the_stream_of_its_trial_alone():
    # A trial's masks are those of its seed, whatever it shares a pack with; a module under `eval` draws none.
    def losses(*seeds):
        spec = ModuleSpec("kinds_of_networks:dropped")
        trials = tuple(TrialSpec("sgd", {"learning_rate": 0.2}, seed=seed) for seed in seeds)
        *_, last = train(Pack(DATA, trials, spec, 25, 2, backend="torch", dtype="float64"))
        return last.values["train_loss"], last.values["val_loss"]

    alone, among = losses(3), losses(5, 3, 3)
    for own, shared in zip(alone, among, strict=True):
        np.testing.assert_allclose(shared[1:], own[0], rtol=1e-12)
        assert shared[0] != shared[1]


def test_a_module_draws_by_the_seed_of_its_trial():
    trials = tuple(
        TrialSpec("sgd", {"learning_rate": rate}, seed=seed) for rate, seed in ((0.1, 0), (0.2, 0), (0.1, 1))
    )
    session = Session(Pack(DATA, trials, ModuleSpec("kinds_of_networks:Drawing"), 25, 1, backend="torch"))
    (tile,) = session.tiles
    list(tile.steps(1, 5, session.next_epoch()))
    first, same, other = (tile._modules[tile.trials.index(trial)].drawn for trial in range(3))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
