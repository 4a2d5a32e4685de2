"""Configuration of the search space: the values of each optimizer, and the values shared by all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, SerializeAsAny, create_model

from sweep.config.base_section import Section
from sweep.config.decay import (
    BY,
    INTERVALS,
    PATIENCES,
    RATES,
    STARTS,
    THRESHOLDS,
    USUAL_BY,
    WARMUPS,
    Decays,
    takers,
)
from sweep.config.problems import Problem, refuse
from sweep.config.values import Domain, Values, counts, numbers, words
from trainers.errors import UserCodeError
from trainers.optimizers import OPTIMIZERS, Hyperparameter, Optimizer
from trainers.schedules.ranges import USUAL

DESCRIBED = {"use_attribute_docstrings": False}
"""For models created at run time: pydantic's search for docstrings in their source would take 0.1 s."""

BATCH_SIZES = counts(64, "full", "auto")
EPOCHS = counts(10)


class Space(Section):
    """What can be tried for every optimizer; each key takes a value, a list of values, or a distribution."""

    batch_size: Annotated[Domain | None, BATCH_SIZES] = None
    """Examples per step: 1 is stochastic, `full` is batch gradient descent, `auto` is full for up to 2000 training
    examples and above that the largest of 64, 128, 256 and 512 with 100 steps per epoch, or 64. Default: 64."""

    decay: Decays = None
    """How the learning rate shrinks: a name, or a mapping with its numbers, or a list of these. Default: constant."""

    decay_rate: Annotated[Domain | None, RATES] = None
    """The number in the formula of every `decay` that is given by its name alone."""

    decay_by: Annotated[Domain | None, BY] = Field(
        default=None, description=f"What the decay counts: epoch or step. Default: {USUAL_BY}."
    )

    decay_interval: Annotated[Domain | None, INTERVALS] = None
    """Hold the learning rate for so many epochs (or steps). Default: 1."""

    decay_start: Annotated[Domain | None, STARTS] = None
    """Number of the first epoch (or step): 1 as in the lecture, 0 as in Keras and torch. Default: 1."""

    decay_warmup: Annotated[Domain | None, WARMUPS] = None
    """Epochs (or steps) over which the learning rate first rises, before any decay. Default: 0, none."""

    decay_patience: Annotated[Domain | None, PATIENCES] = Field(
        default=None,
        description=f"Epochs without improvement before {takers('patience')} reduces the rate. "
        f"Default: {USUAL.patience}.",
    )

    decay_threshold: Annotated[Domain | None, THRESHOLDS] = Field(
        default=None,
        description=f"Relative fall of the validation loss that {takers('threshold')} takes for an improvement. "
        f"Default: {USUAL.threshold}.",
    )

    epochs: Annotated[Domain | None, EPOCHS] = None
    """Passes over the training part. Default: `trainer.epochs`."""

    def domains(self) -> dict[str, Domain]:
        """The given domains, without the decays, each of which has several parameters."""
        names = [name for name in type(self).model_fields if name != "decay"]
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


HYPERPARAMETERS: tuple[str, ...] = tuple(
    dict.fromkeys(declared.name for optimizer in OPTIMIZERS.values() for declared in optimizer.hyperparameters)
)
"""All hyperparameters that any optimizer declares."""


def _field(declared: Hyperparameter, values: Values, default: str) -> Any:
    description = f"{declared.summary[0].upper()}{declared.summary[1:]}, in {declared.interval}. {default}"
    return (Annotated[Domain | None, values], Field(default=None, description=description))


def _fields(optimizer: Optimizer) -> dict[str, Any]:
    fields = {}
    for declared in optimizer.hyperparameters:
        default = "Must be given." if declared.default is None else f"Default: {declared.default}."
        fields[declared.name] = _field(declared, numbers([declared]), default)
    return fields


def _shared_fields() -> dict[str, Any]:
    description = "The optimizers to compare, where `optimizers` is left out."
    fields: dict[str, Any] = {
        "optimizer": (Annotated[Domain | None, words(tuple(OPTIMIZERS))], Field(default=None, description=description))
    }
    for name in HYPERPARAMETERS:
        users = {
            optimizer.name: declared
            for optimizer in OPTIMIZERS.values()
            for declared in optimizer.hyperparameters
            if declared.name == name
        }
        declarations = tuple(users.values())
        fields[name] = _field(declarations[0], numbers(declarations), f"For {', '.join(users)}.")
    return fields


def _model(optimizer: Optimizer) -> type[Space]:
    return create_model(
        f"{type(optimizer).__name__}Space",
        __base__=Space,
        __cls_kwargs__=DESCRIBED,
        __doc__=(optimizer.__doc__ or optimizer.name).strip().splitlines()[0],
        **_fields(optimizer),
    )


SPACES: dict[str, type[Space]] = {name: _model(optimizer) for name, optimizer in OPTIMIZERS.items()}
"""The model of each optimizer's search space, generated from its declaration."""

SharedSpace = create_model(
    "SharedSpace",
    __base__=Space,
    __cls_kwargs__=DESCRIBED,
    __doc__="What all optimizers of the sweep share.",
    **_shared_fields(),
)
"""The model of `space`; a value given for an optimizer overrides the shared one."""


class OptimizersBase(Section):
    """The optimizers to compare, each with what it tries."""

    def given(self) -> dict[str, Space]:
        """The search space of each optimizer in the file, in registry order."""
        spaces = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: space for name, space in spaces.items() if space is not None}


def _optional(model: type[Space]) -> Any:
    empty_for_null = BeforeValidator(lambda raw: {} if raw is None else raw)
    return (Annotated[model | None, empty_for_null], Field(default=None, description=model.__doc__))


_optional_spaces = {name: _optional(model) for name, model in SPACES.items()}
Optimizers = create_model(
    "Optimizers",
    __base__=OptimizersBase,
    __cls_kwargs__=DESCRIBED,
    __doc__=OptimizersBase.__doc__,
    **_optional_spaces,
)
"""The model of `optimizers`; an optimizer that is null, or has no keys, takes all values from `space`."""


def _with_own(raw: Any) -> Any:
    """Validate the section with a model that also includes the user-defined optimizers that it names."""
    own = [name for name in raw if ":" in str(name)] if isinstance(raw, Mapping) else []
    if not own:
        return raw
    problems, fields = [], {}
    for path in own:
        try:
            optimizer = OPTIMIZERS[path]
        except UserCodeError as error:
            rule, _, hint = str(error).rpartition(". ")
            problems.append(Problem(rule, hint, (path,), is_key=True))
            continue
        taken = [declared.name for declared in optimizer.hyperparameters if declared.name in Space.model_fields]
        if taken:
            rule = f"must not have a hyperparameter called {taken[0]}, which every sweep has"
            problems.append(Problem(rule, "Give it another name.", (path,), is_key=True))
            continue
        fields[path] = _optional(_model(optimizer))
    if problems:
        refuse(problems)
    plain = {**DESCRIBED, "protected_namespaces": ()}
    return create_model("Optimizers", __base__=Optimizers, __cls_kwargs__=plain, **fields).model_validate(raw)


# Type checkers accept neither a model created at run time nor a call in an annotation as a type.
_known, _as_it_is = cast(Any, Optimizers), cast(Any, SerializeAsAny)
OptimizersField: Any = Annotated[_known, _as_it_is(), BeforeValidator(_with_own)]
"""Type annotation of `optimizers`: built-in ones by name, user-defined ones as ``module:attribute``."""
