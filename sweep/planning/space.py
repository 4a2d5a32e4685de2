"""Splits the search space into grids of settings, and merges settings that train identically."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sweep.config import SweepConfig
from sweep.config.decay import NUMBERS as DECAY_NUMBERS
from sweep.config.decay import Decay
from sweep.config.optimizer_spaces import OptimizerSpace, is_dotted
from sweep.config.setting_keys import SETTING_KEYS
from sweep.config.spaces import HYPERPARAMETERS
from sweep.config.values import Domain
from sweep.records import Setting, Value
from trainers.optimizers import OPTIMIZERS, declaration_of
from trainers.optimizers.declaration import EqualCase
from trainers.schedules import RULES, Schedule
from trainers.schedules.ranges import applicable

BATCH_SIZE = 64
"""Default batch size."""

LARGEST_FULL_BATCH = 2000
"""``batch_size: auto`` is full up to this many training examples, as the lecture advises."""

AUTO_BATCH_SIZES = (64, 128, 256, 512)
"""Choices of ``batch_size: auto`` above that: powers of two, as the lecture recommends."""

AUTO_STEPS = 100
"""Minimum steps per epoch for a larger ``auto`` batch, which is faster per example but makes fewer updates."""

Subspace: TypeAlias = Mapping[str, Domain]
"""Independent dimensions of one optimizer with one decay; every combination is a setting."""


@dataclass(frozen=True)
class Merge:
    """Reason why ``count`` of the requested settings are not trained: each is equivalent to one that is."""

    reason: str
    count: int


def subspaces(config: SweepConfig) -> Iterator[Subspace]:
    """Yield one grid for each optimizer and each of its decays.

    A shared value that the optimizer ignores is a dimension too; it counts as requested, and merging reports what
    happened to it.
    """
    for space in config.spaces:
        for decay in space.decays or (Decay(kind="constant"),):
            dimensions = _dimensions(space, decay, config.network_trainer.epochs)
            keys = (*setting_keys(space.optimizer), *filter(is_dotted, dimensions))
            yield {key: dimensions[key] for key in keys if key in dimensions}


def setting_keys(optimizer: str) -> Sequence[str]:
    """Ordered keys of an optimizer's settings: `SETTING_KEYS`, plus those that a user-defined optimizer adds.

    >>> setting_keys("adam") == SETTING_KEYS
    True
    """
    added = [h.name for h in OPTIMIZERS[optimizer].hyperparameters if h.name not in SETTING_KEYS]
    after = SETTING_KEYS.index("batch_size")
    return (*SETTING_KEYS[:after], *added, *SETTING_KEYS[after:])


def _dimensions(space: OptimizerSpace, decay: Decay, epochs: int) -> dict[str, Domain]:
    defaults: dict[str, Domain] = {"batch_size": (BATCH_SIZE,), "epochs": (epochs,)}
    for declared in OPTIMIZERS[space.optimizer].hyperparameters:
        if declared.default is not None:
            defaults[declared.name] = (declared.default,)
    rule = RULES[decay.kind]
    usual = Schedule(by=rule.by)
    if rule.rate is not None and rule.rate.default is not None:
        defaults["decay_rate"] = (rule.rate.default,)
    used = {*decay.applicable, *(["by"] if "decay_warmup" in space.domains else [])}
    for number in ("by", "interval", "start", "patience", "threshold"):
        if number in used:
            defaults[f"decay_{number}"] = (getattr(usual, number),)
    return {**defaults, **space.domains, "optimizer": (space.optimizer,), **_decay_dimensions(decay)}


def _decay_dimensions(decay: Decay) -> dict[str, Domain]:
    dimensions: dict[str, Domain] = {"decay": (decay.kind,)}
    for number in ("rate", "by", "interval", "start", "warmup", "patience", "threshold"):
        if (given := getattr(decay, number)) is not None:
            dimensions[f"decay_{number}"] = given
    if decay.boundaries is not None and decay.values is not None:
        dimensions["decay_boundaries"] = (",".join(map(str, decay.boundaries)),)
        dimensions["decay_values"] = (",".join(map(repr, decay.values)),)
    return dimensions


Changed: TypeAlias = "tuple[Setting, str] | None"
"""A simpler setting that trains identically, with the reason; None if there is none."""


def merge_equal(settings: Iterable[Setting], training_examples: int) -> tuple[list[Setting], list[Merge]]:
    """Convert settings to their canonical form, and keep one of each group that trains identically.

    Args:
        settings: settings from the search.
        training_examples: size of the training part, 1 or more.

    Returns:
        the distinct canonical settings in order of first appearance, and why the others were removed; the counts add
        up to the number of removed settings.
    """
    kept, repeated = _distinct((setting, None) for setting in settings)
    merged = [Merge("a value is listed twice", repeated.total())] if repeated else []
    for simplify in _simplifications(training_examples):
        changes = [simplify(setting) for setting in kept]
        if any(changes):
            pairs = [change or (setting, None) for change, setting in zip(changes, kept, strict=True)]
            kept, counts = _distinct(pairs)
            merged += [Merge(str(reason), count) for reason, count in counts.items()]
    return kept, merged


def canonical(setting: Setting, training_examples: int) -> Setting:
    """Convert one setting to the simplest form that trains identically.

    >>> canonical({"optimizer": "momentum", "learning_rate": 0.1, "beta1": 0.0, "batch_size": 200}, 100)
    {'optimizer': 'sgd', 'learning_rate': 0.1, 'batch_size': 'full'}
    """
    for simplify in _simplifications(training_examples):
        if change := simplify(setting):
            setting = change[0]
    return setting


def without_ignored(setting: Setting) -> Setting:
    """Return a setting without the values that its optimizer or its decay ignores.

    >>> without_ignored({"optimizer": "sgd", "learning_rate": 0.1, "beta1": 0.9})
    {'optimizer': 'sgd', 'learning_rate': 0.1}
    """
    for simplify in (_without_ignored, _without_ignored_by_decay):
        if change := simplify(setting):
            setting = change[0]
    return setting


def auto_batch_size(training_examples: int) -> tuple[int | Literal["full"], str]:
    """Return the value that ``batch_size: auto`` stands for, and the reason.

    >>> [auto_batch_size(examples)[0] for examples in (2000, 2001, 12_799, 12_800, 60_000)]
    ['full', 64, 64, 128, 512]
    """
    if training_examples <= LARGEST_FULL_BATCH:
        return "full", f"as there are {LARGEST_FULL_BATCH:,} training examples or fewer ({training_examples:,})"
    sizes = [size for size in AUTO_BATCH_SIZES if training_examples >= size * AUTO_STEPS]
    if not sizes:
        smallest = AUTO_BATCH_SIZES[0]
        return smallest, f"the smallest, for {training_examples:,} training examples make {AUTO_STEPS} steps of none"
    of = f"{', '.join(map(str, AUTO_BATCH_SIZES[:-1]))} and {AUTO_BATCH_SIZES[-1]}"
    return sizes[-1], f"the largest of {of} with {AUTO_STEPS} steps an epoch ({training_examples:,} training examples)"


def _distinct(pairs: Iterable[tuple[Setting, str | None]]) -> tuple[list[Setting], Counter[str | None]]:
    """Keep the first of equal settings, and count the others by the reason why they are equal."""
    groups: dict[tuple[tuple[str, Value], ...], tuple[Setting, list[str | None]]] = {}
    for setting, reason in pairs:
        groups.setdefault(tuple(setting.items()), (setting, []))[1].append(reason)
    counts: Counter[str | None] = Counter()
    for _, reasons in groups.values():
        if len(reasons) > 1:
            # The setting that needed no change is the one that is kept.
            reasons.remove(None if None in reasons else reasons[0])
            counts.update(reasons)
    return [setting for setting, _ in groups.values()], counts


def _simplifications(training_examples: int) -> Sequence[Callable[[Setting], Changed]]:
    """Return the exact equivalences, in the order in which they are applied."""

    def batch_size(setting: Setting) -> Changed:
        size = setting.get("batch_size")
        if size == "auto":
            chosen, why = auto_batch_size(training_examples)
            return {**setting, "batch_size": chosen}, f"batch_size auto is {chosen}, {why}"
        if isinstance(size, int) and size >= training_examples:
            reason = f"a batch size of {training_examples} or more is full, as that is all training examples"
            return {**setting, "batch_size": "full"}, reason
        return None

    return (
        _without_ignored,
        _without_warmup,
        _without_ignored_by_decay,
        _other_optimizer,
        batch_size,
        _neutral_decay,
        _warmup_of_one,
        _one_step_an_epoch,
    )


def _without_ignored(setting: Setting) -> Changed:
    optimizer = str(setting["optimizer"])
    used = {declared.name for declared in OPTIMIZERS[optimizer].hyperparameters}
    return _without(setting, [key for key in HYPERPARAMETERS if key not in used], f"{optimizer} has no")


def _without_ignored_by_decay(setting: Setting) -> Changed:
    kind = str(setting.get("decay", "constant"))
    used = applicable(kind, "decay_boundaries" in setting, "decay_warmup" in setting)
    unused = [f"decay_{number}" for number in DECAY_NUMBERS if number not in used]
    return _without(setting, unused, f"{kind} decay has no")


def _without(setting: Setting, keys: Sequence[str], reason: str) -> Changed:
    present = [key for key in keys if key in setting]
    if not present:
        return None
    kept = {key: value for key, value in setting.items() if key not in present}
    return kept, f"{reason} {' or '.join(present)}"


def _other_optimizer(setting: Setting) -> Changed:
    """Apply the special cases that optimizers declare, repeatedly, since the result may be a special case too."""
    reasons = []
    while found := next(filter(None, (_as_case(setting, case) for case in _equal_cases(setting))), None):
        setting, reason = found
        reasons.append(reason)
    return (setting, ", and ".join(reasons)) if reasons else None


def _equal_cases(setting: Setting) -> tuple[EqualCase, ...]:
    return declaration_of(OPTIMIZERS[str(setting["optimizer"])]).equals


def _as_case(setting: Setting, case: EqualCase) -> Changed:
    if any(setting.get(name) != value for name, value in case.when.items()):
        return None
    optimizer = str(setting["optimizer"])
    ours, theirs = ({h.name for h in OPTIMIZERS[name].hyperparameters} for name in (optimizer, case.optimizer))
    kept = {key: value for key, value in setting.items() if key not in ours - theirs}
    return {**kept, "optimizer": case.optimizer}, f"{optimizer} with {case.spelled} is {case.optimizer}"


def _without_warmup(setting: Setting) -> Changed:
    if setting.get("decay_warmup") != 0:
        return None
    return _without(setting, ["decay_warmup"], "a warm-up of 0 needs no")


def _warmup_of_one(setting: Setting) -> Changed:
    if setting.get("decay_warmup") != 1 or setting["decay"] != "constant":
        return None
    kept = {key: value for key, value in setting.items() if key not in ("decay_warmup", "decay_by")}
    return kept, "a warm-up of 1 to a constant rate is none"


def _neutral_decay(setting: Setting) -> Changed:
    kind = str(setting.get("decay", "constant"))
    reason = None
    if "decay_values" in setting:
        if all(float(value) == 1.0 for value in str(setting["decay_values"]).split(",")):
            reason = f"{kind} decay with all values 1 is constant"
    elif "decay_rate" in setting and setting["decay_rate"] == RULES[kind].neutral_rate:
        reason = f"{kind} decay with a rate of {RULES[kind].neutral_rate:g} is constant"
    if reason is None:
        return None
    stays = ("decay_by", "decay_warmup") if "decay_warmup" in setting else ()
    kept = {key: value for key, value in setting.items() if not key.startswith("decay_") or key in stays}
    return {**kept, "decay": "constant"}, reason


def _one_step_an_epoch(setting: Setting) -> Changed:
    if setting.get("batch_size") != "full" or setting.get("decay_by") != "step":
        return None
    return {**setting, "decay_by": "epoch"}, "with full batches an epoch is one step, so decay_by is the same for both"


def summed(merged: Iterable[Merge]) -> tuple[Merge, ...]:
    """Add up the counts of equal reasons."""
    counts: dict[str, int] = {}
    for merge in merged:
        counts[merge.reason] = counts.get(merge.reason, 0) + merge.count
    return tuple(Merge(reason, count) for reason, count in counts.items())
