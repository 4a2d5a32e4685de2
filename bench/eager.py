"""The training loop that a torch user would write (one trial, eager mode, torch.optim), used by the baselines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

Setting = dict[str, Any]


def digits(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The digits, split and standardized: training inputs and targets, validation inputs and targets."""
    inputs, targets = load_digits(return_X_y=True)
    x, x_val, y, y_val = train_test_split(inputs, targets, test_size=0.2, stratify=targets, random_state=seed)
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    deviation[deviation == 0] = 1.0
    as_inputs = lambda a: torch.tensor((a - mean) / deviation, dtype=torch.float32)  # noqa: E731
    return as_inputs(x), torch.tensor(y), as_inputs(x_val), torch.tensor(y_val)


def optimizer_of(setting: Setting, parameters: Any) -> torch.optim.Optimizer:
    """The torch optimizer that implements the setting's equation."""
    rate = setting["learning_rate"]
    if setting["optimizer"] == "sgd":
        return torch.optim.SGD(parameters, lr=rate)
    if setting["optimizer"] == "momentum":
        return torch.optim.SGD(parameters, lr=rate * (1 - setting["beta1"]), momentum=setting["beta1"])
    if setting["optimizer"] == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=rate, alpha=setting["beta2"], eps=setting["epsilon"])
    return torch.optim.Adam(parameters, lr=rate, betas=(setting["beta1"], setting["beta2"]), eps=setting["epsilon"])


def train_eager(setting: Setting, seed: int = 0) -> Iterator[dict[str, float]]:
    """Train one setting and yield the metrics of each epoch."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    x, y, x_val, y_val = digits(seed)
    network = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = optimizer_of(setting, network.parameters())
    loss_of = nn.CrossEntropyLoss()
    size = setting["batch_size"]
    for epoch in range(1, setting["epochs"] + 1):
        total, hits = 0.0, 0
        for batch in torch.randperm(len(x)).split(size):
            optimizer.zero_grad()
            outputs = network(x[batch])
            loss = loss_of(outputs, y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            hits += int((outputs.argmax(1) == y[batch]).sum())
        with torch.no_grad():
            outputs = network(x_val)
            val_loss = float(loss_of(outputs, y_val))
            val_accuracy = float((outputs.argmax(1) == y_val).float().mean())
        yield {
            "epoch": epoch,
            "train_loss": total / len(x),
            "train_accuracy": hits / len(x),
            "val_loss": val_loss,
            "val_accuracy": val_accuracy,
        }
