"""No array function lets one trial of a pack touch another: a trial's rows are the same bits alone and beside any mate.

Each entry of `CASES` makes the arrays of one trial, and computes from the stacked arrays of several what the function
gives them, trial by trial. A mate may hold NaN, infinities, numbers that overflow, or ties.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from trainers import averages, compiled, descents, diagnostics, losses, mean_gradient, segments
from trainers.compiled import passes
from trainers.data import DatasetShape, Split
from trainers.layout import Layout
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, with_ones
from trainers.networks.torch_module import TorchTile
from trainers.optimizers import OPTIMIZERS
from trainers.optimizers.base import powers
from trainers.pack import NetworkSpec, Pack, TrialSpec
from trainers.surfaces import SURFACES, heights

Arrays = tuple[Any, ...]
Make = Callable[[np.random.Generator, "Sizes", str], Arrays]

KINDS = ("ordinary", "nan", "inf", "-inf", "mixed", "huge", "tiny", "tied", "zeros")


@dataclass(frozen=True)
class Sizes:
    """Examples, outputs and parameters of a trial; all trials have the same."""

    examples: int
    outputs: int
    parameters: int
    dtype: str


def numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: str, kind: str) -> Any:
    """Random numbers of one kind."""
    values = rng.standard_normal(shape)
    if kind in ("nan", "inf", "-inf"):
        values = np.where(rng.random(shape) < 0.7, float(kind), values)
    elif kind == "mixed":
        values = rng.choice([0.0, -0.0, 1.0, np.nan, np.inf, -np.inf], shape)
    elif kind == "huge":
        values = values * (float(np.finfo(dtype).max) / 8)
    elif kind == "tiny":
        values = values * float(np.finfo(dtype).tiny)
    elif kind in ("tied", "zeros"):
        values = rng.integers(-1, 2, shape) * float(kind == "tied")
    return values.astype(dtype)


def outputs_and_labels(rng: np.random.Generator, sizes: Sizes, kind: str) -> Arrays:
    outputs = numbers(rng, (sizes.outputs, sizes.examples), sizes.dtype, kind)
    return outputs, rng.integers(0, sizes.outputs, sizes.examples)


def logits_and_labels(rng: np.random.Generator, sizes: Sizes, kind: str) -> Arrays:
    return numbers(rng, (1, sizes.examples), sizes.dtype, kind), rng.integers(0, 2, sizes.examples)


def outputs_and_numbers(rng: np.random.Generator, sizes: Sizes, kind: str) -> Arrays:
    shape = (1, sizes.examples)
    return numbers(rng, shape, sizes.dtype, kind), numbers(rng, shape[1:], sizes.dtype, "ordinary")


def rows(count: int) -> Make:
    def make(rng: np.random.Generator, sizes: Sizes, kind: str) -> Arrays:
        return tuple(numbers(rng, (sizes.parameters,), sizes.dtype, kind) for _ in range(count))

    return make


def of_loss(function: Callable[[Any, Any], tuple[Any, Any]]) -> Callable[[Sizes, Any, Any], Arrays]:
    def call(sizes: Sizes, z: Any, targets: Any) -> Arrays:
        loss, hits = function(z, targets)
        return (loss, z) if hits is losses.NO_HITS else (loss, hits, z)

    return call


def of_update(name: str, fused: bool) -> Callable[..., Arrays]:
    """Three steps of an optimizer, whose hyperparameters differ from trial to trial."""

    def call(sizes: Sizes, parameters: Any, gradients: Any, *columns: Any) -> Arrays:
        optimizer = OPTIMIZERS[name]
        given = dict(zip((h.name for h in optimizer.hyperparameters), columns, strict=True))
        state = optimizer.init(parameters)
        rates = np.broadcast_to(given["learning_rate"], (3, len(parameters), 1))
        table = optimizer.coefficients(given, rates, np.arange(1.0, 4.0)[:, None, None])
        for step in range(3):
            now = {key: value.astype(sizes.dtype) for key, value in segments.at_step(table, step).items()}
            if fused:
                compiled.UPDATES[name](parameters, gradients, state, now)
            else:
                optimizer.update(parameters, gradients, state, now, np.empty_like(parameters))
        by_step = [np.broadcast_to(value, (3, len(parameters), 1)) for value in table.values()]
        return (parameters, *state.values(), *(np.moveaxis(value, 1, 0) for value in by_step))

    return call


def rows_and_hyperparameters(name: str) -> Make:
    def make(rng: np.random.Generator, sizes: Sizes, kind: str) -> Arrays:
        values = []
        for declared in OPTIMIZERS[name].hyperparameters:
            below_one = declared.maximum == 1.0
            chosen = 0.0 if declared.accepts(0.0) and kind == "zeros" else rng.uniform(0.5, 0.99)
            values.append(np.array([chosen if below_one or chosen == 0.0 else chosen * 1e-3]))
        return (*rows(2)(rng, sizes, kind), *values)

    return make


def network(task: str, activation: Any, fused: bool) -> Callable[..., Arrays]:
    def call(sizes: Sizes, parameters: Any, inputs: Any, targets: Any) -> Arrays:
        layout = layout_of(sizes, task)
        gradients = np.full_like(parameters, np.nan)
        net = NumpyMLP(layout, activation, task, parameters, gradients, 0.1, fused)
        runs = [InputRun(row, row + 1, with_ones(x)) for row, x in enumerate(inputs)]
        space = net.workspace(sizes.examples)
        trained = [part.copy() for part in net.loss_and_gradients(runs, targets, space)]
        evaluated = net.evaluate(runs, targets, space)
        return tuple(part for part in (*trained, *evaluated, gradients) if part.size)

    return call


def layout_of(sizes: Sizes, task: str) -> Layout:
    return Layout((3, 4, sizes.outputs if task == "multiclass" else 1))


def network_rows(task: str) -> Make:
    def make(rng: np.random.Generator, sizes: Sizes, kind: str) -> Arrays:
        layout = layout_of(sizes, task)
        targets = numbers(rng, (sizes.examples,), sizes.dtype, "ordinary")
        if task != "regression":
            targets = rng.integers(0, sizes.outputs if task == "multiclass" else 2, sizes.examples)
        inputs = numbers(rng, (sizes.examples, 3), sizes.dtype, "ordinary")
        return numbers(rng, (layout.size,), sizes.dtype, kind), inputs, targets

    return make


def torch_losses(task: str) -> Callable[..., Arrays]:
    """The losses and gradients by torch, through the function that its tiles use."""

    def call(sizes: Sizes, z: Any, targets: Any) -> Arrays:
        kind = torch.float64 if sizes.dtype == "float64" else torch.float32
        parts = Split(np.zeros((1, 1)), np.zeros(1), np.zeros((1, 1)), np.zeros(1), "")
        shape = DatasetShape(2, 1, sizes.outputs if task == "multiclass" else 1, task)  # type: ignore[arg-type]
        tile = TorchTile.__new__(TorchTile)
        trial = TrialSpec("sgd", {"learning_rate": 0.1})
        tile.pack = (
            Pack(parts, (trial,), dtype="float64", shape=shape, backend="torch")
            if task == "regression"
            else (pack_of_labels(shape))
        )
        tile.dtype = kind
        outputs = torch.tensor(z.transpose(0, 2, 1).copy(), requires_grad=True)
        loss, hits = tile._losses(outputs, torch.as_tensor(targets))
        (gradient,) = torch.autograd.grad(loss.mean(1).sum(), outputs)
        return loss.detach().numpy(), hits.numpy(), gradient.numpy()

    return call


def pack_of_labels(shape: DatasetShape) -> Pack:
    x, y = np.zeros((1, 1)), np.zeros(1, np.int64)
    trial = TrialSpec("sgd", {"learning_rate": 0.1})
    return Pack(Split(x, y, x, y, ""), (trial,), NetworkSpec(()), dtype="float64", shape=shape, backend="torch")


def mean_gradients(steps: int) -> Callable[..., Arrays]:
    def call(sizes: Sizes, first: Any, second: Any) -> Arrays:
        sampled = mean_gradient.sampled_steps(steps)
        sums = np.full((2, *first.shape), np.nan, first.dtype)
        for step in range(steps):
            mean_gradient.add_sample(sums, first if step % 2 else second, step, sampled)
        kept = np.moveaxis(sums, 0, 1).copy() if steps > 1 else sums[0].copy()
        return kept, mean_gradient.mean_gradient_norms(sums, sampled, 3 * first.shape[1])

    return call


def two_coordinates(rng: np.random.Generator, sizes: Sizes, kind: str) -> Arrays:
    return (numbers(rng, (2,), "float64", kind),)


LOSS_INPUTS: Mapping[str, Make] = {
    "softmax_cross_entropy": outputs_and_labels,
    "softmax_cross_entropy_gradient": outputs_and_labels,
    "binary_cross_entropy": logits_and_labels,
    "binary_cross_entropy_gradient": logits_and_labels,
    "squared_error": outputs_and_numbers,
    "squared_error_gradient": outputs_and_numbers,
}

CASES: dict[str, tuple[Make, Callable[..., Arrays]]] = {
    **{f"losses.{name}": (make, of_loss(getattr(losses, name))) for name, make in LOSS_INPUTS.items()},
    "passes.softmax_cross_entropy_gradient": (outputs_and_labels, of_loss(passes.softmax_cross_entropy_gradient)),
    **{
        f"optimizers.{name}{' compiled' if fused else ''}": (rows_and_hyperparameters(name), of_update(name, fused))
        for name in OPTIMIZERS
        for fused in (False, True)
        if not fused or name in compiled.UPDATES
    },
    **{
        f"networks.{task} {activation}{' compiled' if fused else ''}": (
            network_rows(task),
            network(task, activation, fused),
        )
        for task in losses.LOSSES
        for activation in ("relu", "tanh", "sigmoid")
        for fused in (False, True)
    },
    "diagnostics.norms": (rows(1), lambda _, w: (diagnostics.norms(w), diagnostics.norms(w, np.empty_like(w)))),
    "diagnostics.update_ratios": (rows(2), lambda _, a, b: (diagnostics.update_ratios(a, b),)),
    "mean_gradient of one step": (rows(2), mean_gradients(1)),
    "mean_gradient of nine steps": (rows(2), mean_gradients(9)),
    "averages.averages": (
        rows(1),
        lambda _, w: tuple(averages.averages(w.T, 0.9, corrected).T for corrected in (False, True)),
    ),
    "surfaces.heights": (two_coordinates, lambda _, w: tuple(heights(surface, w) for surface in SURFACES.values())),
    **{
        f"descents.descend {name}": (
            two_coordinates,
            lambda _, w, surface=surface: (
                np.moveaxis(descents.descend(surface, "adam", {"learning_rate": 0.1}, 5, start=w), 1, 0),
            ),
        )
        for name, surface in SURFACES.items()
    },
}
TORCH: dict[str, tuple[Make, Callable[..., Arrays]]] = {
    "multiclass": (outputs_and_labels, torch_losses("multiclass")),
    "binary": (logits_and_labels, torch_losses("binary")),
    "regression": (lambda rng, s, kind: outputs_and_numbers(rng, s, kind), torch_losses("regression")),
}

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: the sizes are small as they are, and there are many cases."""

SIZES = st.builds(
    Sizes,
    examples=st.sampled_from([1, 2, 5, 16, 33, 64]),
    outputs=st.sampled_from([2, 3, 10, 17]),
    parameters=st.sampled_from([1, 3, 40, 257]),
    dtype=st.sampled_from(["float32", "float64"]),
)


def compute(case: tuple[Make, Callable[..., Arrays]], sizes: Sizes, trials: Sequence[Arrays]) -> Arrays:
    """What the function gives each of some trials, from copies of their arrays."""
    with np.errstate(all="ignore"):
        return case[1](sizes, *(np.stack(parts) for parts in zip(*trials, strict=True)))


def drawn(case: tuple[Make, Callable[..., Arrays]], sizes: Sizes, seed: int, kinds: Sequence[str]) -> list[Arrays]:
    rng = np.random.default_rng(seed)
    return [case[0](rng, sizes, kind) for kind in kinds]


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=25, deadline=None, phases=QUICK)
@given(
    sizes=SIZES,
    seed=st.integers(0, 2**32 - 1),
    own=st.sampled_from(KINDS),
    mates=st.lists(st.sampled_from(KINDS), min_size=1, max_size=6),
    place=st.integers(0, 6),
)
def test_a_trials_rows_are_the_same_bits_alone_and_beside_any_mate(
    name: str, sizes: Sizes, seed: int, own: str, mates: list[str], place: int
) -> None:
    row = min(place, len(mates))
    trials = drawn(CASES[name], sizes, seed, [*mates[:row], own, *mates[row:]])
    together, alone = (compute(CASES[name], sizes, some) for some in (trials, [trials[row]]))
    for one, other in zip(alone, together, strict=True):
        here = ~np.isnan(one[0])
        np.testing.assert_array_equal(one[0], other[row], strict=True)
        # Equal numbers may still differ in the sign of a zero; the sign of a NaN means nothing.
        np.testing.assert_array_equal(np.signbit(one[0] * 1.0)[here], np.signbit(other[row] * 1.0)[here])


@pytest.mark.parametrize("task", TORCH)
@settings(max_examples=25, deadline=None, phases=QUICK)
@given(sizes=SIZES, seed=st.integers(0, 2**32 - 1), mates=st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
def test_on_torch_a_trial_has_its_own_numbers_too(task: str, sizes: Sizes, seed: int, mates: list[str]) -> None:
    trials = drawn(TORCH[task], sizes, seed, ["ordinary", *mates])
    together, alone = (compute(TORCH[task], sizes, some) for some in (trials, trials[:1]))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one[0], other[0], rtol=1e-6 if sizes.dtype == "float32" else 1e-12)


@settings(max_examples=150, deadline=None, phases=QUICK)
@given(sizes=SIZES, seed=st.integers(0, 2**32 - 1), kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
def test_a_hit_is_the_first_of_the_largest_outputs_where_that_is_finite(
    sizes: Sizes, seed: int, kinds: list[str]
) -> None:
    trials = drawn((outputs_and_labels, torch_losses("multiclass")), sizes, seed, kinds)
    z, targets = (np.stack(parts) for parts in zip(*trials, strict=True))
    expected = np.zeros(targets.shape, bool)
    for at in np.ndindex(targets.shape):
        outputs = z[at[0], :, at[1]].tolist()
        largest = max(outputs) if not np.isnan(outputs).any() else np.nan
        expected[at] = bool(np.isfinite(largest)) and outputs.index(largest) == targets[at]
    for function in (losses.softmax_cross_entropy, losses.softmax_cross_entropy_gradient):
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(function(z.copy(), targets)[1], expected)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(passes.softmax_cross_entropy_gradient(z.copy(), targets)[1], expected)
    np.testing.assert_array_equal(torch_losses("multiclass")(sizes, z, targets)[1], expected)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("label", [0, 1])
def test_a_logit_that_is_not_finite_is_no_hit(value: float, label: int) -> None:
    z, targets = np.full((1, 1, 1), value), np.array([[label]])
    with np.errstate(all="ignore"):
        found = [
            losses.LOSSES["binary"].evaluate(z.copy(), targets),
            losses.LOSSES["binary"].gradient(z.copy(), targets),
        ]
    assert [hits.tolist() for _, hits in found] == [[[False]]] * 2
    assert torch_losses("binary")(Sizes(1, 1, 1, "float64"), z, targets)[1].tolist() == [[False]]


def test_powers_are_one_trials_own() -> None:
    base, exponents = np.random.default_rng(0).random((9, 1)), np.arange(1.0, 40.0)[:, None, None]
    for row in range(9):
        np.testing.assert_array_equal(powers(base, exponents)[:, row], powers(base[row : row + 1], exponents)[:, 0])


@pytest.mark.parametrize("module", [losses, diagnostics, mean_gradient, passes])
def test_every_array_function_of_a_pack_is_in_the_table(module: ModuleType) -> None:
    public = [
        name
        for name, found in vars(module).items()
        if (inspect.isfunction(found) or hasattr(found, "py_func"))
        and not name.startswith("_")
        and getattr(found, "__module__", module.__name__) == module.__name__
    ]
    # Those that take no arrays, and the parts of what the table calls as a whole.
    parts = {
        *("metric_names", "sampled_steps", "sampled_parameters", "add_sample", "mean_gradient_norms"),
        *("shift_by_largest", "softmax_gradient", "times_relu_derivative"),
    }
    called = {name.partition(".")[2] for name in CASES}
    assert [name for name in public if name not in called | parts] == []
