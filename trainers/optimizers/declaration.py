"""What an optimizer says of itself: its name, what it takes and equals, its documentation and its kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from trainers.optimizers.base import Hyperparameter, Optimizer


@dataclass(frozen=True)
class EqualCase:
    """Values at which an optimizer makes the steps of another one, bit for bit; a plan trains the two once.

    Args:
        when: hyperparameter -> its value.
        optimizer: the name of the other, which takes nothing but what this one takes, and nothing of ``when``.
    """

    when: Mapping[str, float]
    optimizer: str

    @property
    def spelled(self) -> str:
        """The values in words.

        >>> EqualCase({"beta1": 0.0, "weight_decay": 0.5}, "sgd").spelled
        'beta1 = 0 and weight_decay = 0.5'
        """
        return " and ".join(f"{name} = {value:g}" for name, value in self.when.items())


@dataclass(frozen=True)
class Kernel:
    """An optimizer's update as one loop, which numba compiles where it is installed.

    The loop is a plain function that makes the operations of `Optimizer.update` in the same order, so that its numbers
    are the same bit for bit.

    Args:
        loop: takes parameters and gradients (K, P), then the state (K, P) and the coefficients (K, 1) by place.
        state: names of the state, in the order of the loop.
        coefficients: names of the coefficients, in the order of the loop.
    """

    loop: Callable[..., None]
    state: tuple[str, ...]
    coefficients: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """An optimizer's cells in the tables of the documentation, in Markdown.

    Args:
        step: its equation.
        torch_defaults: the defaults of torch, ``name=value`` each.
        torch: how torch's form of it differs; ``the same`` where it does not.
        keras: the same of Keras.
        optax: the same of optax.
        lecture: the same of the lecture.
    """

    step: str
    torch_defaults: str = ""
    torch: str
    keras: str
    optax: str
    lecture: str = "not in it"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """All that the rest of the project knows of an optimizer beside its arithmetic.

    Args:
        name: the spelling used everywhere (YAML, Python, MLflow, figures).
        title: the spelling in sentences.
        hyperparameters: what it accepts, ``learning_rate`` always among them.
        equals: where it is another optimizer exactly.
        imitates: name of a simpler optimizer -> why this one, tuned well, can't be worse.
        aliases: what other tools call it.
        misplaced: a key that other tools' optimizer of this name takes -> where to find it here.
        rows: for the documentation; None leaves it out of the tables.
        kernel: None where there is none; the plain update is then taken.

    Reference: Choi et al. (2019), On Empirical Comparisons of Optimizers for Deep Learning, for the inclusion hierarchy
    that ``imitates`` states.
    """

    name: str
    title: str
    hyperparameters: tuple[Hyperparameter, ...]
    equals: tuple[EqualCase, ...] = ()
    imitates: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    misplaced: Mapping[str, str] = field(default_factory=dict)
    rows: Rows | None = None
    kernel: Kernel | None = None


def declaration_of(optimizer: Optimizer) -> Declaration:
    """The declaration of an optimizer; one without has a name, hyperparameters, and its class for a title.

    A declaration that a class inherits is that of another optimizer and does not count.
    """
    own = vars(type(optimizer)).get("declaration")
    if isinstance(own, Declaration):
        return own
    return Declaration(
        name=optimizer.name, title=type(optimizer).__name__, hyperparameters=tuple(optimizer.hyperparameters)
    )


def wrong_cases(declaration: Declaration, known: Mapping[str, Optimizer]) -> Iterator[EqualCase]:
    """The cases that can't be: of an optimizer that is not known, or that takes what would not be there.

    Args:
        declaration: whose cases.
        known: all optimizers by name.
    """
    own = {declared.name: declared for declared in declaration.hyperparameters}
    for case in declaration.equals:
        other = known.get(case.optimizer)
        names = {declared.name for declared in other.hyperparameters} if other is not None else set()
        accepted = all(name in own and own[name].accepts(value) for name, value in case.when.items())
        if other is None or not case.when or not accepted or not names <= own.keys() - case.when.keys():
            yield case
