"""Writes a kept model as files that other programs read, and reads our networks back."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save

from sweep.errors import ResultsError
from sweep.execution.sources.assignment import FILES
from sweep.execution.sources.state import flat_arrays
from sweep.results.kept_models import KeptModel, NetworkModel, OwnModel
from sweep.system.files import reported, write_text
from trainers.prediction import NetworkDescription

MODEL, WEIGHTS, STATE = "model.json", "weights.safetensors", "state.safetensors"
"""What a model is, its arrays by name, and a state that is more than arrays by name."""


def write_model(model: NetworkModel | OwnModel, output: Path) -> list[Path]:
    """Write a model into a folder.

    Our networks have ``weights.safetensors`` and ``model.json``. A training of the user's own has the former where it
    saved arrays by name, such as a state dict, else its checkpoint as ``state.safetensors``; and its files in
    ``files``.

    Args:
        model: what was kept of a trial.
        output: a folder that does not exist, is empty, or holds a model that was written earlier, which is replaced.

    Returns:
        What was written.

    Raises:
        ResultsError: if the folder holds other files, or cannot be written.
    """
    _make_room(output)
    with reported(output):
        written = _write_arrays(model, output)
        if isinstance(model, OwnModel) and model.folder.is_dir() and any(model.folder.iterdir()):
            written.append(Path(shutil.copytree(model.folder, output / FILES)))
    write_text(output / MODEL, json.dumps(_about(model), indent=1, allow_nan=False) + "\n")
    return [*written, output / MODEL]


def read_network(folder: Path) -> NetworkModel:
    """Read a network of ours that `write_model` wrote."""
    about = json.loads((folder / MODEL).read_text(encoding="utf-8"))
    return NetworkModel(
        trial_id=about["trial_id"],
        setting=about["setting"],
        seed=about["seed"],
        epoch=about["epoch"],
        metrics=about["metrics"],
        weights=load_file(folder / WEIGHTS),
        network=NetworkDescription.from_mapping(about),
    )


def requirements(model: KeptModel) -> list[str]:
    """Return the packages that a prediction needs, as pip's requirements; none for a training of the user's own."""
    if not isinstance(model, NetworkModel):
        return []
    extra = "[torch]" if model.network.backend == "torch" else ""
    try:
        return [f"optimizer-sweep{extra}=={version('optimizer-sweep')}"]
    except PackageNotFoundError:
        # It runs from its source.
        return [f"optimizer-sweep{extra}"]


def _make_room(output: Path) -> None:
    """Create the folder, and delete a model that was written there earlier."""
    names = {path.name for path in output.iterdir()} if output.is_dir() else set()
    others = names - {MODEL, WEIGHTS, STATE, FILES}
    if (output.exists() and not output.is_dir()) or others or (names and MODEL not in names):
        what = f"which holds {', '.join(sorted(others or names)[:3])}" if names else "which is a file"
        raise ResultsError(
            f"`--output` must be a folder that is new or empty, or holds a model that was written earlier. Received: "
            f"`{output}`, {what}. Give another folder."
        )
    with reported(output):
        output.mkdir(parents=True, exist_ok=True)
        for name in (MODEL, WEIGHTS, STATE):
            (output / name).unlink(missing_ok=True)
        if FILES in names:
            shutil.rmtree(output / FILES)


def _write_arrays(model: NetworkModel | OwnModel, output: Path) -> list[Path]:
    if isinstance(model, NetworkModel):
        content = save({name: np.asarray(array, order="C") for name, array in model.weights.items()})
    elif flat := flat_arrays(model.state):
        content = flat
    elif model.state is not None:
        return [Path(shutil.copyfile(model.checkpoint, output / STATE))]
    else:
        return []
    (output / WEIGHTS).write_bytes(content)
    return [output / WEIGHTS]


def _about(model: NetworkModel | OwnModel) -> dict[str, Any]:
    """Return what is known of a model, of JSON types."""
    known = {
        "trial_id": model.trial_id,
        "setting": dict(model.setting),
        "seed": model.seed,
        "epoch": model.epoch,
        "metrics": dict(model.metrics),
    }
    if isinstance(model, NetworkModel):
        return {**known, **model.network.as_mapping(), "requires": requirements(model)}
    return known
