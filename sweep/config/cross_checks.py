"""Validation rules that involve more than one section of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sweep.config.data import AnyData, FileData, ModuleData
from sweep.config.decay import rates_out_of_range
from sweep.config.distributions import OF_WHOLE, Distribution
from sweep.config.document import Keys
from sweep.config.free_space import FreeSpace
from sweep.config.metric import MetricConfig
from sweep.config.optimizer_spaces import NetworkSpaces, OptimizerSpace, parts_of, space_of_each
from sweep.config.problems import Problem
from sweep.config.search import SearchConfig
from sweep.config.sections import TrainerConfig
from sweep.config.spaces import OptimizersBase, Space
from sweep.config.values import is_whole, written_form
from trainers.data import DatasetShape, shape, training_size
from trainers.data.dataset import Task
from trainers.data.holdout import Holdout
from trainers.metrics import OF_TASK, known_metric
from trainers.optimizers import OPTIMIZERS
from trainers.schedules import RULES


def metric_problems(metric: MetricConfig, data: AnyData | None) -> Iterator[Problem]:
    """Check the metrics against the data, as far as that is possible without reading a file."""
    if data is None:
        return
    for index, name in enumerate(metric.also):
        if name.startswith("test_") and getattr(data, "test", None) is None:
            hint = "Give such as `data.test: 0.2`, or leave it out."
            yield Problem("needs `data.test`, which is not given", hint, ("also", index), name)
    known = shape(data.source)
    if known is not None:
        yield from task_problems(metric, known.task)


def own_training_problems(metric: MetricConfig) -> Iterator[Problem]:
    """Refuse to compute metrics of a user's own training, whose predictions are not known."""
    rule, hint = "is for the networks of this project, and the training is your own", "Report it in the training."
    for key in ("also", "every"):
        if getattr(metric, key) != MetricConfig.model_fields[key].default:
            yield Problem(rule, hint, (key,), is_key=True)


def task_problems(metric: MetricConfig, task: Task) -> Iterator[Problem]:
    """Check the metrics against the task of the data."""
    entries: list[tuple[Keys, str]] = [(("name",), metric.name)]
    entries += [(("also", index), name) for index, name in enumerate(metric.also)]
    entries += [(("objectives", index, "name"), one.name) for index, one in enumerate(metric.objectives)]
    for at, name in entries:
        if problem := task_problem(name, task):
            yield replace(problem, at=at)


def task_problem(name: str, task: Task) -> Problem | None:
    """Check a metric, with or without a part of the data, against the task (classes or numbers)."""
    known = known_metric(name)
    if known is None or task in known.tasks:
        return None
    part = name.removesuffix(known.name)
    if task != "regression" and "regression" not in known.tasks:
        if task == "binary":
            hint = f"Give such as {part}accuracy."
            return Problem("needs three classes or more, and the data has two", hint, ("name",), name)
        instead = f"{part}roc_auc_ovr" if known.name == "roc_auc" else f"{part}{known.name}_macro"
        rule = "is for two classes, and the data has more"
        return Problem(rule, f"Give {instead}, the mean over the classes.", ("name",), name)
    kind = "regression" if task == "regression" else "classification"
    suitable = [metric.name for metric in OF_TASK[task]]
    listed = ", ".join(f"{part}{one}" for part in ("val_", "train_") for one in suitable)
    return Problem(f"must suit the data, which is for {kind}", f"Give one of {listed}.", ("name",), name)


def task_hint(data: AnyData, task: Task) -> str:
    """Return how a user says what is predicted, where it was guessed from the targets; empty elsewhere.

    Args:
        data: what the configuration says of the data.
        task: as it was guessed.
    """
    if not isinstance(data, FileData | ModuleData) or data.task != "auto":
        return ""
    if task == "regression":
        return "Give `data.task: classification` if the target names classes. "
    return "Give `data.task: regression` if the target holds amounts. "


def r2_problem(metric: MetricConfig, shape: DatasetShape, validation: Holdout) -> Problem | None:
    """Check that R2 is defined on the validation part: the variance of a single example is 0."""
    if metric.name != "val_r2" or shape.examples < 3 or shape.examples - training_size(shape, validation) > 1:
        return None
    rule = "needs 2 or more examples to validate on"
    hint = f"Give a `data.validation` of {_share_of_two(shape.examples)} or more, or the metric val_loss."
    return Problem(rule, hint, ("name",), f"{metric.name}, and 1 such example")


def _share_of_two(examples: int) -> float:
    """Return a share, rounded to few digits, that is just more than one example."""
    unit = int(10 ** len(str(examples)))
    return (unit // examples + 1) / unit


def space_problems(
    optimizers: OptimizersBase | None,
    space: Space | NetworkSpaces,
    trainer: TrainerConfig | None,
    search: SearchConfig | None,
) -> Iterator[Problem]:
    """Check that each optimizer has all required values, and none that the search method does not support."""
    for at, part in parts_of(space):
        named = "optimizer" in part.shared.domains()
        if optimizers is not None and named:
            rule = "is given, and so is `optimizers`"
            yield Problem(rule, "Keep one of the two.", (*at, "optimizer"), absolute=True, is_key=True)
            return
        if optimizers is None and not named and at != ("space",):
            hint = "Give such as `{optimizer: [sgd], learning_rate: [0.01, 0.1]}`, or `optimizers` for all spaces."
            yield Problem("must name an optimizer or more", hint, at, absolute=True, is_key=True)
            return
    spaces = list(space_of_each(optimizers, space))
    if not spaces:
        hint = "Give such as `optimizers: {sgd: {}, adam: {}}`."
        yield Problem("must name an optimizer or more", hint, ("optimizers",), absolute=True, is_key=True)
    if spaces:
        yield from _weight_decay(spaces)
    for one in spaces:
        yield from _missing(one, is_flat=optimizers is None)
        yield from _decay(one)
        yield from _distributions(one, search)
        yield from _epochs(one, trainer)


def _weight_decay(spaces: list[OptimizerSpace]) -> Iterator[Problem]:
    """Refuse a shared weight decay that no optimizer supports: an L2 penalty in the loss was probably meant."""
    users = [
        name for name, optimizer in OPTIMIZERS.items() if "weight_decay" in {h.name for h in optimizer.hyperparameters}
    ]
    at = spaces[0].origins.get("weight_decay")
    if at is not None and at[0] == "space" and not any(space.optimizer in users for space in spaces):
        rule = f"is decoupled and for {' and '.join(users)}, of which none is compared"
        yield Problem(rule, "Give an L2 penalty for all as `trainer.weight_decay`.", at, None, True, True)


def _missing(space: OptimizerSpace, *, is_flat: bool) -> Iterator[Problem]:
    for declared in OPTIMIZERS[space.optimizer].hyperparameters:
        if declared.default is None and declared.name not in space.domains:
            at: Keys = (*space.at, declared.name) if is_flat else ("optimizers", space.optimizer, declared.name)
            hint = "Give a value such as 0.01"
            hint += "." if is_flat else f", there or for all optimizers as `space.{declared.name}`."
            yield Problem("is needed", hint, at, None, True, True)


def _decay(space: OptimizerSpace) -> Iterator[Problem]:
    for decay in space.decays or ():
        if "rate" not in decay.applicable or decay.rate is not None:
            continue
        if "decay_rate" in space.domains:
            yield from rates_out_of_range(
                decay.kind, space.domains["decay_rate"], space.origins["decay_rate"], absolute=True
            )
        elif (declared := RULES[decay.kind].rate) is not None and declared.default is None:
            rule = f"needs a rate for {decay.kind}"
            hint = f"Write such as `decay: {{kind: {decay.kind}, rate: 0.5}}`, or give `decay_rate`."
            yield Problem(rule, hint, space.origins["decay"], None, True, True)


def free_space_problems(space: FreeSpace, search: SearchConfig | None) -> Iterator[Problem]:
    """Check that the space of a user's own training has no values that the search method does not support."""
    if search is None:
        return
    for index, part in enumerate(space.parts):
        for name, domain in part.items():
            at: Keys = ("space", index, name) if len(space.parts) > 1 else ("space", name)
            if isinstance(domain, Distribution):
                yield from _distribution(at, domain, search)
            elif name == "epochs" and (wrong := [value for value in domain if not is_whole(value) or float(value) < 1]):
                # The training finds it as `trial.epochs`.
                yield Problem("must be a whole number, 1 or more", "Give such as 20.", at, wrong[0], absolute=True)


def _distributions(space: OptimizerSpace, search: SearchConfig | None) -> Iterator[Problem]:
    if search is None:
        return
    found = [(space.origins[name], domain) for name, domain in space.domains.items()]
    for index, decay in enumerate(space.decays or ()):
        for number in ("rate", "threshold", "interval", "warmup", "patience"):
            found.append(((*space.origins["decay"], index, number), getattr(decay, number) or ()))
    for at, domain in found:
        if isinstance(domain, Distribution):
            yield from _distribution(at, domain, search)


def _distribution(at: Keys, domain: Distribution, search: SearchConfig) -> Iterator[Problem]:
    """Refuse a range under a method that tries listed values."""
    if search.is_grid:
        rule = "must be a value or a list of values, as `search.method` is grid"
        hint = "List the values to try, such as [0.001, 0.01], or draw by `search: {method: random, trials: 30}`."
        yield Problem(rule, hint, at, written_form(domain), absolute=True)
    elif at[-1] == "epochs" and domain.kind not in OF_WHOLE:
        hint = "Give such as {int_uniform: [5, 20]}."
        yield Problem("must be a range of whole numbers", hint, at, written_form(domain), absolute=True)


def _epochs(space: OptimizerSpace, trainer: TrainerConfig | None) -> Iterator[Problem]:
    if trainer is not None and "epochs" in trainer.model_fields_set and "epochs" in space.domains:
        rule = "is given, and so is `trainer.epochs`"
        yield Problem(rule, "Keep one of the two.", space.origins["epochs"], None, True, True)
