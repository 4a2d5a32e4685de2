"""The optimizers, by name; this registry is the one source of what exists and what each accepts."""

from collections.abc import Mapping
from types import MappingProxyType

from trainers.optimizers.adam import Adam
from trainers.optimizers.base import Hyperparameter, Optimizer
from trainers.optimizers.momentum import Momentum
from trainers.optimizers.rmsprop import RMSprop
from trainers.optimizers.sgd import GradientDescent

_ALL: tuple[Optimizer, ...] = (GradientDescent(), Momentum(), RMSprop(), Adam())

OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType({optimizer.name: optimizer for optimizer in _ALL})

__all__ = ["OPTIMIZERS", "Adam", "GradientDescent", "Hyperparameter", "Momentum", "Optimizer", "RMSprop"]
