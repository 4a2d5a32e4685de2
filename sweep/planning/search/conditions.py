"""Keeps the settings of a search that meet the conditions of `where`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sweep.config import SweepConfig
from sweep.config.conditions import Condition
from sweep.planning.space import auto_batch_size, without_ignored
from sweep.records import Setting


def meeting(
    config: SweepConfig, settings: Iterable[Setting], examples_of: Callable[[Setting], int] | None = None
) -> Iterator[Setting]:
    """Yield the settings that meet all conditions.

    Args:
        config: configuration of the sweep.
        settings: settings from the search; a value that the optimizer ignores is not one of the setting.
        examples_of: returns the size of the training part of a setting, for which ``batch_size: full`` stands; None for
            a training of the user's own, whose values are taken as they are.

    Raises:
        ConfigError: if no setting is left, or a condition cannot be calculated.
    """
    conditions, is_empty = config.conditions, True
    for setting in settings:
        numbers = setting
        if conditions and examples_of is not None:
            numbers = _with_numbers(without_ignored(setting), examples_of(setting))
        if all(_holds(config, condition, numbers) for condition in conditions):
            is_empty = False
            yield setting
    if conditions and is_empty:
        raise config.error(
            "where",
            f"must leave a setting or more. Received: {' and '.join(config.where)}, which none meets. "
            "Loosen a condition, or add values.",
        )


def meets(config: SweepConfig, conditions: Sequence[Condition], setting: Setting, training_examples: int = 0) -> bool:
    """Whether one setting meets all conditions.

    Args:
        config: configuration of the sweep.
        conditions: the parsed conditions of it.
        setting: the setting.
        training_examples: for which ``batch_size: full`` stands; 0 for a training of the user's own.

    Raises:
        ConfigError: if a condition cannot be calculated.
    """
    numbers = _with_numbers(without_ignored(setting), training_examples) if training_examples else setting
    return all(_holds(config, condition, numbers) for condition in conditions)


def _holds(config: SweepConfig, condition: Condition, setting: Setting) -> bool:
    try:
        return condition.holds(setting)
    except ValueError as error:
        received = ", ".join(f"{name} {setting[name]}" for name in condition.names)
        raise config.error(
            "where",
            f"must be a condition that every setting can be checked by, but {error}. "
            f"Received: {condition.text} for {received}. Change the condition or the values.",
        ) from None


def _with_numbers(setting: Setting, training_examples: int) -> Setting:
    """The setting with the number of examples for which a word as batch size stands."""
    size = setting["batch_size"]
    if size == "auto":
        size = auto_batch_size(training_examples)[0]
    return {**setting, "batch_size": training_examples if size == "full" else size}
