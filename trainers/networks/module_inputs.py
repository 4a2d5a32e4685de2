"""Finds the form in which a user's module takes the inputs of a data set: as they are, turned, or as whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn

from trainers.data import Dataset
from trainers.data.arrangements import arrange, as_tokens, is_channels_last, whole_tokens
from trainers.errors import UserCodeError
from trainers.networks.own_module import as_batch, make_module, module_seed, own_stream
from trainers.pack import ModuleSpec
from trainers.user_code import RaisedError, run_user_code

PROBE_EXAMPLES = 3
"""Examples in the batch on which a module is tried; one more holds the largest token."""

CONVOLUTIONS = (nn.Conv2d, nn.Conv3d, nn.LazyConv2d, nn.LazyConv3d)


def fitted(spec: ModuleSpec, dataset: Dataset, accepts: Callable[[tuple[int, ...]], bool]) -> Dataset:
    """Return a data set with its inputs in the form that a module takes.

    **Variant.** Tried in this order: the inputs as they are; with their channels first, as torch's convolutions take
    images (before the former if the module has convolutions and the last axis looks like channels); with an added
    axis for a channel; as whole numbers, if all are, for an embedding. The first form counts for which the outputs have
    the right shape, else the first that runs, else the inputs stay as they are. Rows of numbers stay as they are if the
    module takes them so, whatever its outputs.

    Args:
        spec: names the module.
        dataset: the data set as it was loaded.
        accepts: whether outputs of a shape (B, ...) are right.

    Raises:
        UserCodeError: if the module has an embedding that is too small for the largest token.
    """
    if not dataset.item and not whole_tokens(dataset):
        return dataset
    runs: Dataset | None = None
    for candidate in _candidates(spec, dataset):
        try:
            found = _outputs(spec, candidate)
        except RaisedError as raised:
            if candidate.is_tokens and isinstance(raised.__cause__, IndexError):
                largest = candidate.shape.vocabulary - 1
                raise UserCodeError(
                    f"must make a module whose embedding has a row for each token, of which the largest is {largest}. "
                    f"Received: {spec.module}, which raises {raised}. Give the embedding {largest + 1} rows or more."
                ) from raised
            continue
        except UserCodeError:
            # A lazy layer that takes no such inputs; whatever else is wrong is reported where the module is checked.
            continue
        if found is None:
            continue
        if accepts(found) or not dataset.item:
            return candidate
        runs = runs or candidate
    return runs or dataset


def _candidates(spec: ModuleSpec, dataset: Dataset) -> Iterator[Dataset]:
    if len(dataset.item) >= 2:
        turned = arrange(dataset, "channels first")
        if is_channels_last(dataset.item) and _has_convolutions(spec, turned):
            yield turned
            yield dataset
        else:
            yield dataset
            yield turned
        yield arrange(dataset, "channel added")
    else:
        yield dataset
    if not dataset.is_tokens and whole_tokens(dataset):
        yield as_tokens(dataset)


def _outputs(spec: ModuleSpec, dataset: Dataset) -> tuple[int, ...] | None:
    """Run a module on a few examples; return the shape of its outputs, None if they are no tensor."""
    module = make_module(spec, module_seed(0), dataset.shape.example).eval()
    inputs = dataset.inputs
    largest = int(inputs.reshape(len(inputs), -1).max(axis=1).argmax())
    kind = next((one.dtype for one in module.parameters() if one.is_floating_point()), torch.float32)
    rows = inputs[[*range(min(PROBE_EXAMPLES, len(inputs))), largest]]
    batch = (
        as_batch(rows, kind) / (255 if rows.dtype == np.uint8 else 1)
        if rows.dtype != np.int64
        else as_batch(rows, kind)
    )
    with own_stream(0), torch.no_grad():
        outputs = run_user_code(lambda: module(batch))
    return tuple(outputs.shape) if isinstance(outputs, Tensor) and len(outputs) == len(rows) else None


def _has_convolutions(spec: ModuleSpec, dataset: Dataset) -> bool:
    try:
        module = make_module(spec, module_seed(0), dataset.shape.example)
    except UserCodeError:
        return False
    return any(isinstance(part, CONVOLUTIONS) for part in module.modules())
