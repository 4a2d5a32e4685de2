"""The optimizers, by name; this registry is the one source of what exists and what each accepts."""

from collections.abc import Mapping
from types import MappingProxyType

from trainers.optimizers.adagrad import AdaGrad
from trainers.optimizers.adam import Adam
from trainers.optimizers.adamw import AdamW
from trainers.optimizers.amsgrad import AMSGrad
from trainers.optimizers.base import Hyperparameter, Optimizer
from trainers.optimizers.heavy_ball import HeavyBall
from trainers.optimizers.lion import Lion
from trainers.optimizers.momentum import Momentum
from trainers.optimizers.nadam import NAdam
from trainers.optimizers.nesterov import Nesterov
from trainers.optimizers.rmsprop import RMSprop
from trainers.optimizers.sgd import GradientDescent

_ALL: tuple[Optimizer, ...] = (
    # The lecture's four, then those that its readers ask for next.
    GradientDescent(),
    Momentum(),
    RMSprop(),
    Adam(),
    HeavyBall(),
    Nesterov(),
    AdaGrad(),
    AdamW(),
    AMSGrad(),
    NAdam(),
    Lion(),
)

OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType({optimizer.name: optimizer for optimizer in _ALL})

__all__ = [
    "OPTIMIZERS",
    "AMSGrad",
    "AdaGrad",
    "Adam",
    "AdamW",
    "GradientDescent",
    "HeavyBall",
    "Hyperparameter",
    "Lion",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Optimizer",
    "RMSprop",
]
