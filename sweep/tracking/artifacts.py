"""Creates a sweep's artifacts, experiment tags and data set record in the same form for every store."""

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
    """Write the artifacts to ``folder`` as they appear in the run."""
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
    """Return the address under ``folder`` of an experiment's artifacts."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", experiment)[:60]
    return file_address(folder / name)


def experiment_tags(record: SweepRecord) -> dict[str, str]:
    """Return the tags of an experiment, set by its first sweep."""
    return {
        # Without this tag the dashboard guesses the kind and asks the user to confirm.
        "mlflow.experimentKind": EXPERIMENT_KIND,
        "mlflow.experiment.primaryMetric.name": record.ranked_by,
        "mlflow.experiment.primaryMetric.greaterIsBetter": str(record.mode == "max"),
    }


def dataset_columns(record: DatasetRecord) -> dict[str, str]:
    """Return the data set as columns of MLflow's table of data sets."""
    return {
        "name": record.name,
        "digest": record.fingerprint[:DIGEST_CHARACTERS],
        "dataset_source_type": "local",
        "dataset_source": json.dumps({"uri": record.source}),
        "dataset_profile": json.dumps({"num_rows": record.examples, "features": record.features, "task": record.task}),
    }
