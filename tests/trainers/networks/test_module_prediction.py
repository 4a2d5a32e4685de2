"""A network computes from its kept weights on PyTorch what the same layers compute by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from trainers.networks.module_prediction import dense_function, module_function
from trainers.pack import ModuleSpec

LAYERS = [(np.array([[1.0, -1.0]]), np.array([0.5, 0.0])), (np.array([[2.0], [3.0]]), np.array([-1.0]))]


def test_a_dense_network_computes_its_layers():
    compute = dense_function(LAYERS, "relu", "float64")
    # relu([1 * 2 + 0.5, -2]) = [2.5, 0], and 2 * 2.5 + 3 * 0 - 1 = 4; likewise relu([-0.5, 1]) = [0, 1] -> 2.
    assert compute(np.array([[2.0], [-1.0]])).tolist() == [[4.0], [2.0]]


def test_half_precision_rounds_as_the_trial_did():
    compute = dense_function([(np.array([[1.0]]), np.array([0.0]))], "relu", "bfloat16")
    # bfloat16 has eight significant bits: 1 + 2^-8 is halfway between 1 and 1 + 2^-7, and the even one is 1.
    assert compute(np.array([[1.0 + 2.0**-8]])).tolist() == [[1.0]]


MODULE = """
import torch
from torch import nn


class Shifted(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)
        self.register_buffer("shift", torch.zeros(1))
        self.dropout = nn.Dropout(0.9)

    def forward(self, inputs):
        return self.dropout(self.linear(inputs)) + self.shift
"""


def test_a_module_has_its_parameters_and_buffers_and_does_not_drop_out(tmp_path: Path, monkeypatch):
    (tmp_path / "shifted_module.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    weights = {"linear.weight": np.array([[2.0]]), "linear.bias": np.array([1.0]), "shift": np.array([10.0])}
    compute = module_function(ModuleSpec("shifted_module:Shifted"), weights, 1, "float32")
    assert compute(np.array([[3.0], [0.0]])).tolist() == [[17.0], [11.0]]
