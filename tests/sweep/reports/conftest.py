"""One small sweep that has really run, for the tests of its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweep import load_config, run

# A learning rate of 1e30 cannot but diverge, and the question is not to be taken for a part of the page.
SWEEP = """
name: small
question: Is adam < sgd & "better"?
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 4, target: 0.8}
metric: {name: val_accuracy}
optimizers:
  sgd: {learning_rate: [0.01, 0.5, 1.0e+30]}
  adam: {learning_rate: [0.01, 0.1], beta1: [0.8, 0.9], beta2: [0.9, 0.99]}
space: {batch_size: [16, 32], decay: cosine}
seeds: 3
tracking: {enabled: false}
"""


@pytest.fixture(scope="session")
def results(ray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of the sweep; tests that change it take a copy."""
    root = tmp_path_factory.mktemp("report")
    (root / "sweep.yaml").write_text(f"{SWEEP}results: {root / 'results'}\n", encoding="utf-8")
    return run(load_config(root / "sweep.yaml")).path
