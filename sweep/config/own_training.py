"""Configuration of a user's own training: a Python function, or a command in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, field_validator

from sweep.config.base_section import Section
from sweep.config.problems import Problem, refuse
from sweep.config.sections import TrainerConfig, require_target
from trainers import limits


class OwnTrainer(Section):
    """What every training of the user's own has in common."""

    epochs: Annotated[int, Field(**limits.EPOCHS.bounds)] | None = Field(default=None, examples=[20])
    """Reports of a whole trial, where it has such a number: the training finds it as `trial.epochs`."""

    timeout: float | None = Field(default=None, gt=0, examples=[600])
    """Seconds without a report after which a trial is ended and FAILED. Default: none."""

    extendable: bool = False
    """Whether the first epochs of a trial do not depend on how many follow: then a sweep of more epochs goes on from
    what an earlier one has kept."""

    target: float | None = Field(default=None, examples=[0.97])
    """Value of the metric at which the target counts as reached, such as 0.97."""

    stop_at_target: bool = False
    """Stop a trial once it has reached `target`."""

    _needs_a_target = field_validator("stop_at_target")(require_target)


class FunctionTrainer(OwnTrainer):
    """A Python function of your own trains each trial."""

    function: str = Field(min_length=1, examples=["my_project.train:train"])
    """The function, as `module:name`; it takes one argument, the trial, and reports to it."""


@dataclass(frozen=True)
class FunctionByValue:
    """A function that is sent to the workers itself, since it cannot be imported by its name.

    Args:
        pickled: the function, pickled with what it uses.
        identity: hash of what determines what it does.
        note: why the hash is a new one each time; empty if it is not.
    """

    pickled: bytes
    identity: str
    note: str = ""


class CommandTrainer(OwnTrainer):
    """A command of your own, in any language, trains each trial."""

    command: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        examples=[["python", "train.py", "--lr", "{learning_rate}"]]
    )
    """The program and its arguments, without a shell; `{learning_rate}` stands for a value of the setting, and
    `{seed}`, `{folder}` and `{device}` for those of the trial."""

    grace: float = Field(default=10.0, ge=0, examples=[10.0])
    """Seconds that a command has to end by itself after SIGTERM."""

    @field_validator("command")
    @classmethod
    def _has_a_program(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        if not command[0].strip():
            refuse([Problem("must begin with a program", "Give such as [python, train.py].", received=list(command))])
        return command


def trainer_kind(raw: Any) -> str:
    """Return ``function``, ``command`` or ``network``, by the keys of the section `trainer`."""
    if isinstance(raw, Section):
        kinds = {FunctionTrainer: "function", CommandTrainer: "command"}
        return kinds.get(type(raw), "network")
    found = [kind for kind in ("function", "command") if isinstance(raw, Mapping) and kind in raw]
    return found[0] if found else "network"


AnyTrainer: TypeAlias = Annotated[
    Annotated[TrainerConfig, Tag("network")]
    | Annotated[FunctionTrainer, Tag("function")]
    | Annotated[CommandTrainer, Tag("command")],
    Discriminator(trainer_kind),
]


class KeepConfig(Section):
    """What a sweep keeps of its trials besides their metrics."""

    weights: Literal["none", "last", "best"] = "none"
    """Whether the weights of trials are kept, after the last or the best epoch; of your own training, what it saves."""

    trials: Literal["best-of-level", "all"] = "best-of-level"
    """Of which trials: those of the best setting of each level, or all."""
