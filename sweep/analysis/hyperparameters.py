"""Lists the hyperparameters of a sweep in the order of its tables, and spells the levels of one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sweep.config.setting_keys import SETTING_KEYS
from sweep.records import Setting

if TYPE_CHECKING:
    from sweep.config import SweepConfig

LITERALS = ("true", "false", "null", "none", "yes", "no", "on", "off", "auto", "default")
"""Values that say nothing without the name of their hyperparameter."""


def hyperparameter_keys(settings: Iterable[Setting], *, is_own: bool) -> tuple[str, ...]:
    """List the hyperparameters of a sweep.

    Args:
        settings: the settings of the sweep.
        is_own: whether the training is the user's own, so that there are no others than those of the settings.

    >>> hyperparameter_keys([{"kind": "tree", "depth": 2}, {"kind": "net", "model.width": 8}], is_own=True)
    ('kind', 'depth', 'model.width')
    >>> hyperparameter_keys([{"optimizer": "mine", "threshold": 0.1}], is_own=False)[-2:]
    ('epochs', 'threshold')
    """
    given = (key for setting in settings for key in setting)
    return tuple(dict.fromkeys(given if is_own else (*SETTING_KEYS, *given)))


def grouped_by(config: SweepConfig) -> str:
    """Return the factor by whose levels tables and runs are grouped: the optimizer of our networks."""
    return "optimizer" if config.own is None else config.scientific


def level_of(value: object, factor: str) -> str:
    """Spell a level of a factor for a sentence; a word is clear by itself, all else needs the factor's name.

    >>> level_of("sgd", "optimizer"), level_of("tree", "model.kind"), level_of("true", "batch_norm")
    ('sgd', 'tree', 'batch_norm true')
    >>> level_of(0.1, "dropout"), level_of(64, "batch_size"), level_of("cosine", "decay")
    ('dropout 0.1', 'batch_size 64', 'decay cosine')
    """
    if factor in ("", "optimizer") or (factor not in SETTING_KEYS and _is_word(value)):
        return str(value)
    return f"{factor} {value:.12g}" if isinstance(value, float) else f"{factor} {value}"


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value[:1].isalpha() and value.lower() not in LITERALS
