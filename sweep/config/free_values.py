"""Parses the values of a hyperparameter of any name: numbers, text, true, false, null, lists and mappings."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sweep.config.distributions import KINDS
from sweep.config.document import Keys
from sweep.config.problems import Problem, refuse
from sweep.config.values import Domain, Values, is_finite_number
from sweep.records import Choice, Value
from sweep.system.mlflow_names import LONGEST_NAME, is_mlflow_name

LABEL_CHARACTERS = 10
"""MLflow's parallel coordinates cut categories after so many characters and merge those that are then equal."""

TRIAL_COLUMNS = ("trial_id", "arm_id", "arm", "seed", "purpose", "status")
EPOCH_COLUMNS = ("epoch", "step", "steps", "examples", "seconds")
OUTCOME_COLUMNS = ("epochs_done", "best_epoch", "target_steps", "diverged_step", "last_finite_loss", "error", "tags")
TIME_COLUMNS = ("started_seconds", "ended_seconds", "seconds_mean", "target_steps_median")
SETTING_COLUMNS = ("ended", "value")
ARM_COLUMNS = ("rank", "seeds", "diverged", "failed", "unfinished", "reached", "report_seeds", "report_diverged")
RESERVED = frozenset((*TRIAL_COLUMNS, *EPOCH_COLUMNS, *OUTCOME_COLUMNS, *TIME_COLUMNS, *SETTING_COLUMNS, *ARM_COLUMNS))
"""Names of columns in the tables of a sweep."""

RESERVED_PREFIXES = ("final_", "best_", "fingerprint_")

NUMBERS = Values(
    "be a number", 0.1, is_finite_number, {"type": "number"}, lambda value: value, is_number=True, kinds=KINDS
)


def name_problem(name: str) -> tuple[str, str] | None:
    """Return the rule that the name of a hyperparameter breaks and a hint; None if it is valid.

    >>> name_problem("model.width"), name_problem("seed")
    (None, ('must not be a name that the tables of a sweep use', 'Give it another name, such as my_seed.'))
    """
    if name in RESERVED or name.startswith(RESERVED_PREFIXES):
        return "must not be a name that the tables of a sweep use", f"Give it another name, such as my_{name}."
    if len(name) > LONGEST_NAME:
        return f"must be a name of at most {LONGEST_NAME} characters", "Give it a shorter name."
    if not is_mlflow_name(name):
        rule = "must be a name of letters, digits, `_`, `-`, `.`, `/` and spaces, as MLflow refuses others"
        return rule, "Give it another name, such as model.width."
    return None


def read_domain(raw: Any, at: Keys = ()) -> Domain:
    """Read the values of one hyperparameter.

    Args:
        raw: a value, a list of values, ``{range: [low, high, step]}``, or a distribution.
        at: path of the value, for error messages.

    Raises:
        ValidationError: if a value is not finite or of no JSON type, or there is none.
    """
    if isinstance(raw, Mapping) and len(raw) == 1 and next(iter(raw)) in ("range", *KINDS):
        return NUMBERS.read(raw)
    values = list(raw) if isinstance(raw, list | tuple) else [raw]
    if not values:
        refuse([Problem("must not be an empty list", "List the values to try.", at, raw)])
    if foreign := [value for value in values if not _is_of_json(value)]:
        hint = "Give such values; what the training makes of them, it makes itself."
        refuse([Problem("must be numbers, text, true, false, null, lists or mappings", hint, at, foreign[0])])
    if wrong := [value for value in values if not _is_finite(value)]:
        refuse([Problem("must be finite", "Give finite numbers.", at, wrong[0])])
    return label_values(values)


def _is_of_json(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_of_json, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_of_json, value))
    return value is None or isinstance(value, bool | int | float | str)


def _is_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(_is_finite, value.values()))
    return all(map(_is_finite, value)) if isinstance(value, list | tuple) else True


def label_values(values: Sequence[Any]) -> tuple[Value, ...]:
    """Give lists, mappings, true, false and null a label each; numbers and text are their own.

    Args:
        values: values of JSON types.

    >>> label_values([[64], [64, 64], None])
    ('[64]', '[64,64]', 'null')
    >>> label_values([[128, 128, 64], [128, 128, 32]])
    ('1: [128,128,64]', '2: [128,128,32]')
    """
    spelled = [_spelled(value) for value in values]
    labels = list(dict.fromkeys(filter(None, spelled)))
    shown = [text[:LABEL_CHARACTERS] for text in (*labels, *dict.fromkeys(filter(_is_text, values)))]
    is_clear = len(set(shown)) == len(shown) and all(len(label) <= LABEL_CHARACTERS for label in labels)
    numbers = {label: number for number, label in enumerate(labels, 1)}
    return tuple(
        value if text is None else Choice(text if is_clear else f"{numbers[text]}: {text}", value)
        for value, text in zip(values, spelled, strict=True)
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _spelled(value: Any) -> str | None:
    """The JSON text of a value that needs a label; None for a number or text."""
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return None
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=list)


def written_values(domain: Iterable[Value]) -> list[Any]:
    """Return the values of a domain in the form of a file."""
    return [value.value if isinstance(value, Choice) else value for value in domain]
