"""Predicts with the weights of a trained network, from features as the data set has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainers.data import Dataset, Split
from trainers.data.arrangements import arranged, given_item
from trainers.data.blocks.stored_rows import StoredRows
from trainers.data.dataset import Task
from trainers.data.new_rows import rows_of_table
from trainers.data.preparation import Preparation
from trainers.data.scaling import Scaling
from trainers.data.shape import Arrangement, Example
from trainers.errors import DataError
from trainers.layout import Layout
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, with_ones
from trainers.pack import Backend, ModuleSpec, NetworkSpec, Pack, Precision
from trainers.scores import scores_of
from trainers.tile import EVALUATION_EXAMPLES

Array = NDArray[Any]
Weights = Mapping[str, Array]
"""Name -> array, as `trainers.checkpoint.Checkpoint` has them: the trained ones and those of ``fixed``."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkDescription:
    """What a prediction needs besides the weights.

    Args:
        network: the network.
        task: ``multiclass``, ``binary`` or ``regression``.
        features: the name of each input, in their order: the D features, or the columns of a table that is encoded.
        classes: the name of each class; empty for regression.
        scaling: how the inputs, and the targets of a regression, were scaled.
        dtype: in which the network computes.
        backend: library that computes.
        example: shape of an example as the data set has it, of images, sequences and tokens; empty for features.
        is_tokens: whether the inputs are whole numbers that index an embedding.
        arrangement: how the axes of an example are turned for the network.
        positions: shape of the targets of an example, with one class for each; empty for one target.
        loss: by which a module was trained; None for the usual one.
    """

    network: NetworkSpec | ModuleSpec
    task: Task
    features: tuple[str, ...]
    classes: tuple[str, ...]
    scaling: Scaling
    dtype: Precision
    backend: Backend
    example: tuple[int, ...] = ()
    is_tokens: bool = False
    arrangement: Arrangement = "as given"
    positions: tuple[int, ...] = ()
    loss: str | None = None

    @property
    def item(self) -> tuple[int, ...]:
        """Shape of an example as a user gives it."""
        return self.example or (len(self.features),)

    @property
    def width(self) -> int:
        """Number of features D that the network receives."""
        preparation = self.scaling.preparation
        return len(self.features) if preparation is None else preparation.schema.width

    @property
    def outputs(self) -> int:
        """Number of the network's outputs: the classes of a multiclass task, else 1."""
        return len(self.classes) if self.task == "multiclass" else 1

    def as_mapping(self) -> dict[str, Any]:
        """Return nested mappings of JSON types, from which `from_mapping` makes it again."""
        scaling = self.scaling
        found: dict[str, Any] = {
            "network": asdict(self.network),
            "task": self.task,
            "features": list(self.features),
            "classes": list(self.classes),
            "inputs": {
                "offset": scaling.offset.ravel().tolist(),
                # JSON has no infinity; null stands for a feature without any variation, which becomes 0.
                "divisor": [value if np.isfinite(value) else None for value in scaling.divisor.ravel().tolist()],
            },
            "table": None if scaling.preparation is None else scaling.preparation.as_mapping(),
            "target": {"mean": scaling.target_mean, "scale": scaling.target_scale},
            "dtype": self.dtype,
            "backend": self.backend,
        }
        if self.example or self.positions or self.loss:
            found["tensors"] = {
                "example": list(self.example),
                "is_tokens": self.is_tokens,
                "arrangement": self.arrangement,
                "positions": list(self.positions),
                "loss": self.loss,
                "scaling": list(scaling.offset.shape),
            }
        return found

    @classmethod
    def from_mapping(cls, saved: Mapping[str, Any]) -> NetworkDescription:
        """Make a description from what `as_mapping` has returned, also with other keys beside."""
        divisor = [np.inf if value is None else value for value in saved["inputs"]["divisor"]]
        tensors = dict(saved.get("tensors", {}))
        shape = tuple(tensors.pop("scaling", (len(divisor),)))
        tensors |= {name: tuple(tensors[name]) for name in ("example", "positions") if name in tensors}
        network: NetworkSpec | ModuleSpec
        network = (ModuleSpec if "module" in saved["network"] else NetworkSpec)(**saved["network"])
        return cls(
            network=network,
            task=saved["task"],
            features=tuple(saved["features"]),
            classes=tuple(saved["classes"]),
            scaling=Scaling(
                offset=np.array(saved["inputs"]["offset"], np.float64).reshape(shape),
                divisor=np.array(divisor, np.float64).reshape(shape),
                target_mean=saved["target"]["mean"],
                target_scale=saved["target"]["scale"],
                preparation=Preparation.from_mapping(table) if (table := saved.get("table")) else None,
            ),
            dtype=saved["dtype"],
            backend=saved["backend"],
            **tensors,
        )


def describe(pack: Pack, split: Split) -> NetworkDescription | None:
    """Describe the networks of a pack for predictions; None if it is not known how their data were scaled.

    Args:
        pack: the pack.
        split: the split of the trials' seed.
    """
    if not isinstance(pack.data, Dataset) or split.scaling is None:
        return None
    return NetworkDescription(
        network=pack.network,
        task=pack.task,
        features=pack.data.feature_names if pack.data.schema is None else pack.data.schema.names,
        classes=pack.data.classes,
        scaling=split.scaling,
        dtype=pack.dtype,
        backend=pack.backend,
        example=given_item(pack.data),
        is_tokens=pack.data.is_tokens,
        arrangement=pack.data.arrangement,
        positions=pack.data.targets.shape[1:],
        loss=pack.loss,
    )


def predict(network: NetworkDescription, weights: Weights, inputs: Any) -> NDArray[np.float64]:
    """Predict classes or numbers.

    **Variant.** Binary tasks give two columns, as scikit-learn's ``predict_proba``. Numbers are in the unit of the
    data. A user's module computes in ``eval`` mode.

    Args:
        network: what the weights belong to.
        weights: of the trial.
        inputs: (N, D) numbers, not scaled; of a table, its rows as a data frame with the columns of
            ``network.features``, as a list of mappings, or as cells in their order; or images, sequences or tokens as
            the data set has them.

    Returns:
        (N, classes) probabilities in the order of ``network.classes``, or for regression (N,) numbers; with a class for
        each position such as (N, T, classes).

    Raises:
        DataError: if the inputs are not (N, D) numbers that the dtype can hold.
        UserCodeError: if the user's module cannot be made.

    >>> spec, scaling = NetworkSpec(()), Scaling(offset=np.array([1.0]), divisor=np.array([2.0]))
    >>> line = NetworkDescription(
    ...     network=spec, task="regression", features=("x",), classes=(), scaling=scaling, dtype="float64",
    ...     backend="numpy",
    ... )
    >>> predict(line, {"layers.0.weight": np.array([[3.0]]), "layers.0.bias": np.array([1.0])}, [[1], [5]]).tolist()
    [1.0, 7.0]
    """
    preparation = network.scaling.preparation
    if preparation is None:
        return predict_rows(network, weights, arranged(_numbers(inputs, network), network.arrangement))
    return predict_rows(network, weights, rows_of_table(inputs, preparation.schema))


def predict_rows(network: NetworkDescription, weights: Weights, rows: NDArray[Any] | StoredRows) -> NDArray[np.float64]:
    """Predict from examples as a `trainers.data.Dataset` holds them; see `predict`.

    Args:
        network: what the weights belong to.
        weights: of the trial.
        rows: (N, D) numbers, (N, F) numbers and codes of a table, or images, sequences and tokens; those that lie in a
            file are predicted block by block.
    """
    if isinstance(rows, StoredRows):
        return np.concatenate([predict_rows(network, weights, block) for block in rows.in_blocks()])
    dtype = np.float64 if network.dtype == "float64" else np.float32
    scaled = network.scaling.scaled_inputs(rows, dtype, "inputs")
    compute = _function(network, weights)
    # In the portions of an evaluation; also without examples there is one.
    starts = range(0, max(len(scaled), 1), EVALUATION_EXAMPLES)
    outputs = np.concatenate([compute(scaled[start : start + EVALUATION_EXAMPLES]) for start in starts])
    if network.positions and outputs.shape[1:-1] != network.positions:
        # With as many classes as positions, the last axis is that of the classes, as in training.
        outputs = np.moveaxis(outputs, 1, -1)
    scaling, classes = network.scaling, len(network.classes) or None
    outputs = outputs.astype(np.float64)
    return scores_of(outputs, network.task, scaling.target_mean, scaling.target_scale, classes)


def _numbers(inputs: ArrayLike, network: NetworkDescription) -> NDArray[Any]:
    """Return inputs as (N, ...) float64, or tokens as int64."""
    features = ", ".join(map(str, network.item))
    try:
        numbers = np.asarray(inputs, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"inputs must be (N, {features}) numbers. Received: {error}. Give one row of numbers for each example."
        ) from error
    if numbers.ndim == 0 or numbers.shape[1:] != network.item:
        raise DataError(
            f"inputs must be (N, {features}) numbers, as the data set has them. Received: {numbers.shape}. "
            "Give one row for each example."
        )
    if not np.isfinite(numbers).all():
        raise DataError("inputs must be finite. Received: NaN or infinity. Fill or drop such examples.")
    if network.is_tokens:
        if not np.array_equal(numbers, np.floor(numbers)) or (numbers.size and numbers.min() < 0):
            raise DataError("inputs must be tokens. Received: a fraction or a negative number. Give whole numbers.")
        return numbers.astype(np.int64)
    return numbers


def _function(network: NetworkDescription, weights: Weights) -> Callable[[Array], Array]:
    """Return the function from scaled inputs (B, D) to the outputs (B, C)."""
    spec = network.network
    if isinstance(spec, ModuleSpec):
        from trainers.networks.module_prediction import module_function

        axes = arranged(np.empty((0, *network.item)), network.arrangement).shape[1:]
        if network.scaling.preparation is not None:
            axes = (network.width,)
        return module_function(spec, weights, Example(axes, network.is_tokens), network.dtype)
    layers = [
        (weights[f"layers.{layer}.weight"], weights[f"layers.{layer}.bias"]) for layer in range(len(spec.hidden) + 1)
    ]
    if network.backend == "torch":
        from trainers.networks.module_prediction import dense_function

        return dense_function(layers, spec.activation, network.dtype)
    layout = Layout((network.width, *spec.hidden, network.outputs))
    parameters = layout.pack(layers)[np.newaxis]
    mlp = NumpyMLP(layout, spec.activation, network.task, parameters, np.empty_like(parameters))

    def compute(inputs: Array) -> Array:
        outputs: Array = mlp.forward([InputRun(0, 1, with_ones(inputs))], mlp.workspace(len(inputs)))[0].T
        return outputs

    return compute
