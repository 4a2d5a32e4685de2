"""Names the arms of a sweep by what differs between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sweep.config.distributions import Distribution
from sweep.config.optimizer_spaces import is_dotted
from sweep.config.setting_keys import SETTING_KEYS
from sweep.config.spaces import HYPERPARAMETERS
from sweep.config.values import Domain
from sweep.planning.space import Subspace
from sweep.records import Setting, Value

OWN = frozenset(HYPERPARAMETERS) - {"learning_rate"}
"""Hyperparameters that some optimizers lack; they are compared among the arms of one optimizer."""


def labels(settings: Sequence[Setting], *, is_free: bool = False) -> list[str]:
    """Create a unique label for each setting from the hyperparameters that differ, named as in the tables.

    Args:
        settings: the settings.
        is_free: whether they are of a user's own training, so that nothing is known of their hyperparameters.

    >>> labels([{"optimizer": "sgd", "learning_rate": 0.1}, {"optimizer": "adam", "learning_rate": 0.001}])
    ['sgd learning_rate=0.1', 'adam learning_rate=0.001']
    """
    values: defaultdict[tuple[Any, str], set[Value | None]] = defaultdict(set)
    names = dict.fromkeys(key for setting in settings for key in setting)
    for setting in settings:
        for key in names if is_free else dict.fromkeys((*SETTING_KEYS, *filter(is_dotted, names), *setting)):
            if is_free or key in setting or key.startswith("decay_") or is_dotted(key):
                values["" if is_free else _scope(key, setting), key].add(setting.get(key))
    return [_label(setting, values, is_free=is_free) for setting in settings]


def varied_in(parts: Iterable[Subspace]) -> frozenset[str]:
    """Return the hyperparameters that can differ between settings of a space, drawn or not.

    >>> sorted(varied_in([{"learning_rate": (0.1, 0.2), "beta1": (0.9,)}, {"learning_rate": (0.1, 0.2)}]))
    ['beta1', 'learning_rate']
    """
    listed = list(parts)
    names = dict.fromkeys(name for part in listed for name in part)
    return frozenset(
        name
        for name in names
        if len({part.get(name) for part in listed}) > 1 or any(_has_several(part[name]) for part in listed)
    )


def _has_several(domain: Domain) -> bool:
    return isinstance(domain, Distribution) or len(domain) > 1


def label_of(setting: Setting, varied: Collection[str]) -> str:
    """Create the label of one setting, whatever the others are.

    Args:
        setting: the setting.
        varied: the hyperparameters that are shown besides the optimizer.

    >>> label_of({"optimizer": "adam", "learning_rate": 0.00123457, "batch_size": 64}, {"learning_rate"})
    'adam learning_rate=0.00123457'
    """
    first = [str(setting["optimizer"])] if "optimizer" in setting else []
    shown = [key for key in setting if key != "optimizer" and key in varied]
    return " ".join([*first, *(f"{key}={_spell(setting[key])}" for key in shown)]) or "no hyperparameters"


def _label(setting: Setting, values: Mapping[tuple[Any, str], set[Value | None]], *, is_free: bool) -> str:
    """Label a setting by the hyperparameters that have several values in their scope; by all if none has."""
    varied = {key for key in setting if len(values["" if is_free else _scope(key, setting), key]) > 1}
    shows_all = is_free and not varied and "optimizer" not in setting
    return label_of(setting, setting.keys() if shows_all else varied)


def _scope(key: str, setting: Setting) -> tuple[str, Value]:
    """Scope in which ``key`` is compared: settings of the same decay, of the same optimizer, or all."""
    if key.startswith("decay_"):
        return key, setting.get("decay", "constant")
    is_optimizers = key in OWN or (key not in SETTING_KEYS and not is_dotted(key))
    return key, setting["optimizer"] if is_optimizers else ""


def _spell(value: Value) -> str:
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
