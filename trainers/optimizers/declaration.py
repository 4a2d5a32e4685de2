"""The declaration of an optimizer: its name, hyperparameters, special cases, documentation and kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from trainers.optimizers.base import Hyperparameter, Optimizer


@dataclass(frozen=True)
class EqualCase:
    """Values at which an optimizer equals another one bit for bit; a plan trains the two only once.

    Args:
        when: hyperparameter -> its value.
        optimizer: name of the other one, whose hyperparameters are those of this one without the ones in ``when``.
    """

    when: Mapping[str, float]
    optimizer: str

    @property
    def spelled(self) -> str:
        """The values as text.

        >>> EqualCase({"beta1": 0.0, "weight_decay": 0.5}, "sgd").spelled
        'beta1 = 0 and weight_decay = 0.5'
        """
        return " and ".join(f"{name} = {value:g}" for name, value in self.when.items())


@dataclass(frozen=True)
class Kernel:
    """An optimizer's update as a single loop, compiled by numba where it is installed.

    The loop is a plain function with the operations of `Optimizer.update` in the same order, so that the results are
    the same bit for bit.

    Args:
        loop: takes parameters and gradients (K, P), then the state (K, P) and the coefficients (K, 1), all positional.
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
        torch_defaults: torch's defaults, each as ``name=value``.
        torch: how torch's form differs; ``the same`` if it does not.
        keras: likewise for Keras.
        optax: likewise for optax.
        lecture: likewise for the lecture.
    """

    step: str
    torch_defaults: str = ""
    torch: str
    keras: str
    optax: str
    lecture: str = "not in it"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """All that the rest of the project knows about an optimizer besides its arithmetic.

    Args:
        name: the spelling used everywhere (YAML, Python, MLflow, figures).
        title: the spelling in sentences.
        hyperparameters: those it accepts, always including ``learning_rate``.
        equals: special cases in which it is exactly another optimizer.
        imitates: name of a simpler optimizer -> why this one, if tuned well, is at least as good.
        aliases: names in other tools.
        misplaced: option of the same optimizer in other tools -> where to find it here.
        rows: cells of the documentation tables; None omits it from them.
        kernel: the update as one loop; None uses the plain update.

    Reference: Choi et al. (2019), On Empirical Comparisons of Optimizers for Deep Learning, for the inclusion hierarchy
    in ``imitates``.
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
    """The declaration of an optimizer; without one, made from its name, hyperparameters and class name.

    An inherited declaration belongs to another optimizer and is ignored.
    """
    own = vars(type(optimizer)).get("declaration")
    if isinstance(own, Declaration):
        return own
    return Declaration(
        name=optimizer.name, title=type(optimizer).__name__, hyperparameters=tuple(optimizer.hyperparameters)
    )


def wrong_cases(declaration: Declaration, known: Mapping[str, Optimizer]) -> Iterator[EqualCase]:
    """Find invalid special cases: with an unknown optimizer, or one that needs hyperparameters that are not left.

    Args:
        declaration: its cases are checked.
        known: all optimizers by name.
    """
    own = {declared.name: declared for declared in declaration.hyperparameters}
    for case in declaration.equals:
        other = known.get(case.optimizer)
        names = {declared.name for declared in other.hyperparameters} if other is not None else set()
        accepted = all(name in own and own[name].accepts(value) for name, value in case.when.items())
        if other is None or not case.when or not accepted or not names <= own.keys() - case.when.keys():
            yield case
