"""Checks a user's network against the data and batch sizes of a plan before any training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import TYPE_CHECKING

from sweep.config import SweepConfig
from sweep.config.distributions import Distribution
from sweep.config.optimizer_spaces import given_at
from sweep.driver.data_forms import form_notes, objective_of, try_augmentation
from sweep.driver.workloads import part_of
from sweep.errors import ConfigError, DataError
from sweep.planning.plan import Plan
from sweep.planning.recipe import Recipe, batch_size_of, spec_of
from sweep.planning.workload import Workload, data_key
from trainers.data import Dataset, DatasetShape, Split
from trainers.errors import DataError as CannotSplit
from trainers.errors import UserCodeError
from trainers.pack import ModuleSpec
from trainers.session import split_of
from trainers.tile import EVALUATION_EXAMPLES

if TYPE_CHECKING:
    from trainers.networks.look_over import BatchProblem, ModuleFacts
    from trainers.networks.module_losses import Objective

SUGGESTIONS = 2
"""Number of other batch sizes suggested for one that fails."""

SEARCH_RADIUS = 32
"""How far above and below the failing batch size to search for suggestions."""


def inspect_workloads(
    plan: Plan, workloads: Sequence[Workload], datasets: Mapping[str, Dataset]
) -> tuple[tuple[Workload, ...], tuple[str, ...]]:
    """Run the module of each workload on its data; return the workloads with what was found, and notes for the plan.

    Args:
        plan: plan of the sweep.
        workloads: its workloads, each with a module.
        datasets: the data sets, by their `data_key`.

    Raises:
        ConfigError: if a module does not suit the data or a batch size.
        DataError: if the data cannot be split.
    """
    alike: dict[str, list[Workload]] = {}
    for workload in workloads:
        recipe = workload.recipe
        # Weight decay and target do not change what a module can be run on.
        key = (
            recipe.network,
            recipe.dtype,
            recipe.validation,
            recipe.normalise,
            recipe.augment,
            data_key(workload.config),
        )
        alike.setdefault(repr(key), []).append(workload)
    inspected: dict[str, Workload] = {}
    notes: list[str] = []
    for members in alike.values():
        first = members[0]
        part = part_of(plan, members)
        assert isinstance(first.recipe.network, ModuleSpec), "the caller has checked the network"
        dataset = datasets[data_key(first.config)]
        trial, facts = inspect_module(first.config, part, first.recipe, first.recipe.network, dataset, first.shape)
        notes += form_notes(first.config, dataset)
        notes += check_batches(first.config, part, trial, facts)
        for workload in members:
            size = workload.recipe.module_size
            assert size is not None, "a module is counted before it is run"
            recipe = replace(workload.recipe, module_size=replace(size, taken=facts.taken))
            inspected[workload.key] = replace(workload, recipe=recipe)
    return tuple(inspected[workload.key] for workload in workloads), tuple(dict.fromkeys(notes))


def inspect_module(
    config: SweepConfig, plan: Plan, recipe: Recipe, module: ModuleSpec, dataset: Dataset, shape: DatasetShape
) -> tuple[ModuleTrial, ModuleFacts]:
    """Run a user's module on a few examples of the first seed's split.

    Args:
        config: configuration of the sweep.
        plan: plan of the sweep.
        recipe: what all trials share.
        module: the network.
        dataset: the data set.
        shape: shape of the data set.

    Raises:
        ConfigError: if the module does not suit the data.
        DataError: if the data cannot be split.
    """
    from trainers.networks.look_over import PROBE_EXAMPLES, look_over
    from trainers.networks.module_losses import check_own_loss

    objective = objective_of(config, shape)
    first = plan.trials[0]
    try:
        parts = split_of(recipe.pack(dataset, [spec_of(first)], 1, 1), first.seed)
    except CannotSplit as error:
        raise DataError(f"{config.place_of('data')}{error}") from error
    try:
        facts = look_over(module, shape.example, objective, recipe.dtype, parts.train_inputs)
    except UserCodeError as error:
        raise config.error(given_at(config.spaces, "network.module"), str(error)) from error
    few = parts.train_inputs[:PROBE_EXAMPLES], parts.train_targets[:PROBE_EXAMPLES]
    try:
        check_own_loss(module, objective, recipe.dtype, *few)
    except UserCodeError as error:
        raise config.error("trainer.loss", str(error)) from error
    try_augmentation(config, few[0])
    return ModuleTrial(module, objective, recipe.dtype, parts), facts


def check_batches(config: SweepConfig, plan: Plan, trial: ModuleTrial, facts: ModuleFacts) -> tuple[str, ...]:
    """Run a module on every batch size that occurs, and return notes for the plan.

    Raises:
        ConfigError: if the module does not work with the data or a batch size.
    """
    try:
        _check_batch_sizes(config, plan, trial)
        problem = trial.evaluation_problem()
    except UserCodeError as error:
        raise config.error(given_at(config.spaces, "network.module"), str(error)) from error
    if problem is not None:
        raise config.error(
            "network.module",
            f"must make a module that can be measured in `eval` mode. Received: {trial.module.module}, which "
            f"{problem.reason} on {problem.size:,} of the validation examples. Mend the module.",
        )
    return tuple(_notes(trial.module, facts))


def _notes(module: ModuleSpec, facts: ModuleFacts) -> Iterator[str]:
    name = module.module
    if facts.obstacle is not None:
        yield f"trials of {name} are trained one at a time, as torch.vmap cannot stack them: {facts.obstacle}"
    if facts.frozen:
        yield f"{facts.frozen:,} parameters of {name} are frozen and stay as they are made"
    if facts.not_used:
        yield (
            f"{' and '.join(facts.not_used)} of {name} is not called: the sweep gives the optimizer, and all "
            "parameters that require gradients share its hyperparameters"
        )


@dataclass(frozen=True)
class ModuleTrial:
    """Inputs for testing a user's module: what is measured of its outputs, the dtype and a split."""

    module: ModuleSpec
    outputs: Objective
    dtype: str
    parts: Split

    @property
    def examples(self) -> int:
        """Number of training examples."""
        return len(self.parts.train_targets)

    def sizes(self, batch_size: int) -> list[int]:
        """Return the distinct batch sizes of an epoch, whose last batch may be smaller."""
        rest = self.examples % batch_size
        return [batch_size, rest] if rest else [batch_size]

    def training_problem(self, sizes: list[int]) -> BatchProblem | None:
        """Return the first of the sizes on which a training step fails."""
        from trainers.networks.look_over import batch_problem

        return batch_problem(self.module, self.outputs, self.dtype, self.parts.train_inputs, sizes, training=True)

    def evaluation_problem(self) -> BatchProblem | None:
        """Return the first portion of the validation part on which evaluation fails."""
        from trainers.networks.look_over import batch_problem

        examples = len(self.parts.val_targets)
        sizes = [size for size in (min(examples, EVALUATION_EXAMPLES), examples % EVALUATION_EXAMPLES) if size]
        return batch_problem(self.module, self.outputs, self.dtype, self.parts.val_inputs, sizes, training=False)

    def suggested_sizes(self, batch_size: int) -> list[int]:
        """Return the nearest batch sizes that work."""
        neighbors = ((batch_size - distance, batch_size + distance) for distance in islice(count(1), SEARCH_RADIUS))
        near = (size for pair in neighbors for size in pair if 1 <= size <= self.examples)
        return list(islice((size for size in near if self.training_problem(self.sizes(size)) is None), SUGGESTIONS))


def _check_batch_sizes(config: SweepConfig, plan: Plan, trial: ModuleTrial) -> None:
    """Run a training step on each batch size that occurs.

    Raises:
        ConfigError: if a step fails, with the batch size and the failing batch.
    """
    passed: set[int] = set()
    for batch_size in dict.fromkeys(batch_size_of(arm.setting) or trial.examples for arm in plan.arms):
        sizes = trial.sizes(batch_size)
        problem = trial.training_problem([size for size in sizes if size not in passed])
        if problem is not None:
            raise _batch_error(config, trial, batch_size, problem)
        passed.update(sizes)


def _batch_error(config: SweepConfig, trial: ModuleTrial, batch_size: int, problem: BatchProblem) -> ConfigError:
    name, examples = trial.module.module, trial.examples
    key = _key_of(config, batch_size)
    suggested = trial.suggested_sizes(batch_size)
    instead = f"Give such as {' or '.join(map(str, suggested))}" if suggested else ""
    if problem.size == batch_size:
        which = f"batches have {_count_of_examples(problem.size)}"
    else:
        which = f"last batch of an epoch has {_count_of_examples(problem.size)} of {examples:,}"
    if problem.needs_two:
        rule = f"must leave no batch of one example, as batch normalisation in {name} needs two"
        return config.error(key, f"{rule}. Received: {batch_size}, whose {which}. {instead or 'Change the module'}.")
    hint = f"{instead}, or mend the module" if instead else "Mend the module"
    rule = f"must make batches on which {name} can be trained"
    return config.error(
        key, f"{rule}. Received: {batch_size}, whose {which}, on which the module {problem.reason}. {hint}."
    )


def _count_of_examples(examples: int) -> str:
    return f"{examples:,} example" + ("s" if examples > 1 else "")


def _key_of(config: SweepConfig, batch_size: int) -> str:
    """Return the key of a batch size in the file, or the key to set if the file has none."""
    for space in config.spaces:
        domain = space.domains.get("batch_size", ())
        if not isinstance(domain, Distribution) and batch_size in domain:
            return ".".join(map(str, space.origins["batch_size"]))
    return "space.batch_size"
