"""Spells what every store says of a sweep: its files, its experiment and its data set."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from sweep.system.locations import file_address
from sweep.tracking.records import DatasetRecord, SweepRecord
from sweep.tracking.store import Artifacts

EXPERIMENT_KIND = "custom_model_development"
DIGEST_CHARACTERS = 36


def lay_out(artifacts: Artifacts, folder: Path) -> None:
    """Put the artifacts under ``folder`` as they shall appear in the run."""
    for name, content in artifacts.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path) and content.is_dir():
            shutil.copytree(content, target, dirs_exist_ok=True)
        elif isinstance(content, Path):
            shutil.copyfile(content, target)
        elif isinstance(content, str):
            target.write_text(content, encoding="utf-8")
        else:
            target.write_bytes(content)


def experiment_location(folder: Path, experiment: str) -> str:
    """Address under ``folder`` where the runs of an experiment keep their artifacts."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", experiment)[:60]
    return file_address(folder / name)


def experiment_tags(record: SweepRecord) -> dict[str, str]:
    """Tags that an experiment has from its first sweep."""
    return {
        # Without its kind the dashboard guesses, and asks the user whether it guessed right.
        "mlflow.experimentKind": EXPERIMENT_KIND,
        "mlflow.experiment.primaryMetric.name": record.ranked_by,
        "mlflow.experiment.primaryMetric.greaterIsBetter": str(record.mode == "max"),
    }


def dataset_columns(record: DatasetRecord) -> dict[str, str]:
    """The data set in the words of MLflow's table of data sets."""
    return {
        "name": record.name,
        "digest": record.fingerprint[:DIGEST_CHARACTERS],
        "dataset_source_type": "local",
        "dataset_source": json.dumps({"uri": record.source}),
        "dataset_profile": json.dumps({"num_rows": record.examples, "features": record.features, "task": record.task}),
    }
