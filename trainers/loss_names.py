"""The losses by which a torch module is trained, and the tasks that each is for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trainers.data.shape import Task
from trainers.errors import did_you_mean

LOSS_TASKS: Mapping[str, tuple[Task, ...]] = MappingProxyType(
    {
        "cross_entropy": ("multiclass", "binary"),
        "bce": ("binary",),
        "nll": ("multiclass", "binary"),
        "kl": ("multiclass", "binary"),
        "mse": ("regression",),
        "mae": ("regression",),
        "huber": ("regression",),
    }
)
"""Loss -> its tasks; the equations are in `trainers.networks.module_losses`."""

USUAL: Mapping[Task, str] = MappingProxyType({"multiclass": "cross_entropy", "binary": "bce", "regression": "mse"})
"""Task -> the loss of networks for which none is named."""


def name_problem(loss: str) -> tuple[str, str] | None:
    """The rule that the name of a loss breaks and the way out; None if it is known or a user's own.

    >>> name_problem("mea")
    ('must be one of cross_entropy, bce, nll, kl, mse, mae, huber, or a function of yours', 'Did you mean `mae`?')
    """
    if loss in LOSS_TASKS or ":" in loss:
        return None
    rule = f"must be one of {', '.join(LOSS_TASKS)}, or a function of yours"
    return rule, did_you_mean(loss, LOSS_TASKS).strip() or "Give such as huber or my_package.losses:focal."


def task_problem(loss: str, task: Task) -> tuple[str, str] | None:
    """The rule that a loss breaks for a task and the way out; None if it suits.

    >>> task_problem("mae", "binary")
    ('must suit the data, which is for binary classification', 'Give one of cross_entropy, bce, nll, kl.')
    """
    if ":" in loss or task in LOSS_TASKS[loss]:
        return None
    kind = {"multiclass": "classification", "binary": "binary classification", "regression": "regression"}[task]
    known = ", ".join(name for name, tasks in LOSS_TASKS.items() if task in tasks)
    return f"must suit the data, which is for {kind}", f"Give one of {known}."
