"""Configuration of a comparison: the role of each hyperparameter, and the selection and report seeds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema

from sweep.config.base_section import Section
from sweep.config.problems import Problem, refuse
from sweep.config.values import is_whole
from trainers.limits import LARGEST_SEED

MOST_SEEDS = 1_000_000

SEEDS_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MOST_SEEDS},
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": LARGEST_SEED},
            "minItems": 1,
            "uniqueItems": True,
        },
    ]
}


def read_seeds(raw: Any, first: int = 0) -> tuple[int, ...]:
    """Read a number of seeds, counted from ``first``, or a list of seeds.

    Raises:
        ValidationError: if it is neither.
    """
    rule = "must be a number of seeds, 1 or more, or a list of different whole numbers, 0 or more"
    hint = "Give such as 3, which means [0, 1, 2]."
    if is_whole(raw) and 1 <= raw <= MOST_SEEDS:
        if first + raw - 1 > LARGEST_SEED:
            rule = f"must leave room below {LARGEST_SEED} for the seeds that follow"
            refuse([Problem(rule, "List the seeds instead.", received=raw)])
        return tuple(range(first, first + raw))
    if is_whole(raw) and raw > MOST_SEEDS:
        refuse([Problem(f"must be a number of seeds up to {MOST_SEEDS:,}", hint, received=raw)])
    if not isinstance(raw, list | tuple) or not raw:
        refuse([Problem(rule, hint, received=raw)])
    wrong = [
        Problem("must hold whole numbers, 0 or more", hint, (index,), seed)
        for index, seed in enumerate(raw)
        if not is_whole(seed) or seed < 0
    ]
    wrong += [
        Problem(f"must hold whole numbers up to {LARGEST_SEED}", "Give a smaller number.", (index,), seed)
        for index, seed in enumerate(raw)
        if is_whole(seed) and seed > LARGEST_SEED
    ]
    if wrong:
        refuse(wrong)
    if len(set(raw)) < len(raw):
        refuse([Problem("must hold different numbers", "Drop the repeated ones.", received=raw)])
    return tuple(raw)


class SeedRoles(Section):
    """Which seeds pick the best setting of each level, and on which fresh ones it is reported."""

    selection: Annotated[tuple[int, ...], BeforeValidator(read_seeds), WithJsonSchema(SEEDS_SCHEMA)]
    """Trainings of every setting, which pick the best of each level: n for 0 to n - 1, or a list."""

    report: Annotated[tuple[int, ...], WithJsonSchema(SEEDS_SCHEMA)]
    """Trainings of each level's best setting, on fresh seeds: n for the n after the selection seeds, or a list."""


def _split_seeds(raw: Any) -> Any:
    """Read `seeds`: a number, a list, or a mapping of both roles."""
    if isinstance(raw, SeedRoles):
        return raw
    if not isinstance(raw, Mapping):
        return read_seeds(raw)
    given = dict(raw)
    if "report" in given:
        try:
            first = max(read_seeds(given.get("selection"))) + 1
        except ValidationError:
            # The field's own validation reports this error with its place.
            first = 0
        try:
            given["report"] = read_seeds(given["report"], first)
        except ValidationError as error:
            problems = [
                Problem(str(one["ctx"]["rule"]), str(one["ctx"]["hint"]), ("report", *one["loc"]), one["input"])
                for one in error.errors()
            ]
            refuse(problems)
    roles = SeedRoles.model_validate(given)
    if both := sorted({*roles.selection} & {*roles.report}):
        rule = "must hold seeds that `seeds.selection` does not, or the report is not fresh"
        refuse([Problem(rule, f"Drop {', '.join(map(str, both))} from one of the two.", ("report",), list(both))])
    return roles


SeedsField: TypeAlias = Annotated[
    tuple[int, ...] | SeedRoles,
    BeforeValidator(_split_seeds),
    WithJsonSchema(
        {
            "anyOf": [
                *SEEDS_SCHEMA["anyOf"],
                {
                    "type": "object",
                    "properties": {"selection": SEEDS_SCHEMA, "report": SEEDS_SCHEMA},
                    "required": ["selection", "report"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""Type annotation of the field `seeds`."""


class Roles(Section):
    """What a sweep compares, what it tunes away, and what must stay the same."""

    scientific: str = Field(default="optimizer", examples=["optimizer", "beta2"])
    """The one factor whose levels are compared; its best setting stands for each level."""

    nuisance: tuple[str, ...] | None = Field(default=None, strict=False, examples=[["learning_rate", "beta1"]])
    """What is tuned within each level. Default: all else that varies."""

    fixed: tuple[str, ...] = Field(default=(), strict=False, examples=[["batch_size"]])
    """What must have one value throughout; the sweep is refused if it varies."""

    budget: Literal["any", "equal"] = "any"
    """Settings of each level, counted after merging: `any` warns when they differ, `equal` refuses."""


def role_problems(roles: Roles, known: Collection[str]) -> list[Problem]:
    """Check that every role names a hyperparameter, and that no hyperparameter has two roles.

    Args:
        roles: the roles as configured.
        known: the names of all hyperparameters.
    """
    named: list[tuple[str, int | None, str]] = [("scientific", None, roles.scientific)]
    named += [("nuisance", index, name) for index, name in enumerate(roles.nuisance or ())]
    named += [("fixed", index, name) for index, name in enumerate(roles.fixed)]
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for role, index, name in named:
        at = (role,) if index is None else (role, index)
        if name not in known:
            rule = f"must be a hyperparameter of the sweep, one of {', '.join(known)}"
            problems.append(Problem(rule, "Correct the name.", at, name))
        elif name in seen:
            rule = f"must not repeat what `roles.{seen[name]}` holds"
            problems.append(Problem(rule, "Give each hyperparameter one role.", at, name))
        seen.setdefault(name, role)
    return problems
