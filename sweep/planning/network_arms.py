"""Makes the arms of a sweep over our networks, also of settings that are proposed while it trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sweep.config import SweepConfig
from sweep.config.cross_checks import r2_problem, task_hint, task_problems
from sweep.config.holdout import holdout_of
from sweep.config.optimizer_spaces import given_at, is_dotted
from sweep.errors import DataError
from sweep.planning.arm_labels import OWN, label_of, varied_in
from sweep.planning.identity import MadeArm, digest, identity_of, network_identity
from sweep.planning.search.conditions import meets
from sweep.planning.space import canonical, subspaces
from sweep.planning.workload import DataFacts, config_with, data_key, undotted, workload_key
from sweep.records import Arm, Setting
from trainers.data import DatasetShape, require_parts
from trainers.errors import DataError as CannotSplit


@dataclass(frozen=True)
class PlannedWorkload:
    """What a plan knows of the trials that share the values of dotted keys.

    Args:
        config: the configuration with these values.
        facts: their data set.
        examples: size of the training part.
        identity: hash of all that they share.
    """

    config: SweepConfig
    facts: DataFacts
    examples: int
    identity: str


class NetworkArms:
    """Makes arms from canonical settings.

    Args:
        config: configuration of the sweep.
        facts: its data sets, by their `data_key`.
    """

    def __init__(self, config: SweepConfig, facts: Mapping[str, DataFacts]) -> None:
        self._config = config
        self._facts = facts
        self._conditions = config.conditions
        self._workloads: dict[str, PlannedWorkload] = {}
        self._epochs_vary = any("epochs" in space.domains for space in config.spaces)
        self._varied: dict[str, frozenset[str]] | None = None
        self.shared = digest(identity_of(config, facts[data_key(config)].fingerprint))
        """Hash of what all trials share."""

    @property
    def workloads(self) -> tuple[PlannedWorkload, ...]:
        """The workloads of the settings so far."""
        return tuple(self._workloads.values())

    @property
    def configs(self) -> dict[str, SweepConfig]:
        """The configuration of each workload, by its `workload_key`."""
        return {key: workload.config for key, workload in self._workloads.items()}

    def workload(self, key: str, config: SweepConfig) -> PlannedWorkload:
        """Return a workload; it is kept.

        Raises:
            ConfigError: if the metric does not suit the data.
            DataError: if the data cannot be split as asked.
        """
        if key not in self._workloads:
            facts = self._facts[data_key(config)]
            identity = digest(identity_of(config, facts.fingerprint))
            self._workloads[key] = PlannedWorkload(config, facts, _training_examples(config, facts.shape), identity)
        return self._workloads[key]

    def workload_of(self, setting: Setting) -> PlannedWorkload:
        """Return the workload of a setting; it is kept."""
        key = workload_key(setting)
        if key not in self._workloads:
            return self.workload(key, config_with(self._config, setting))
        return self._workloads[key]

    def examples_of(self, setting: Setting) -> int:
        """Return the size of the training part of a setting."""
        return self.workload_of(setting).examples

    def accept(self, setting: Setting) -> Setting | None:
        """Return the canonical form of a setting; None if it does not meet the conditions."""
        examples = self.examples_of(setting)
        if self._conditions and not meets(self._config, self._conditions, setting, examples):
            return None
        return canonical(setting, examples)

    def label_of(self, setting: Setting) -> str:
        """Return a label of a setting of a search that stays the same, whatever other settings are proposed."""
        if self._varied is None:
            self._varied = self._varied_of_each()
        return label_of(setting, self._varied.get(str(setting["optimizer"]), frozenset(setting)))

    def made(self, setting: Setting, label: str) -> MadeArm:
        """Make the arm of a canonical setting."""
        workload, rest = self.workload_of(setting), undotted(setting)
        arm = Arm(digest({"sweep": workload.identity, "setting": rest})[:12], label, setting)
        identity = network_identity(workload.identity, rest, epochs_vary=self._epochs_vary)
        return MadeArm(arm, identity, workload.examples)

    def _varied_of_each(self) -> dict[str, frozenset[str]]:
        parts = list(subspaces(self._config))
        shared = {name for name in varied_in(parts) - OWN if not name.startswith("decay_")}
        given = {str(name) for point in self._config.search.points for name in point}
        found = {}
        for name in dict.fromkeys(str(part["optimizer"][0]) for part in parts if isinstance(part["optimizer"], tuple)):
            mine = [part for part in parts if part["optimizer"] == (name,)]
            found[name] = varied_in(mine) | shared | {key for key in given if is_dotted(key)}
        return found


def _training_examples(config: SweepConfig, shape: DatasetShape) -> int:
    """Return the size of the training part, and check that the data suit the metric and can be split."""
    share = holdout_of(config.network_data.validation)
    of_task = [
        (problem, task_hint(config.network_data, shape.task)) for problem in task_problems(config.metric, shape.task)
    ]
    for problem, hint in (*of_task, (r2_problem(config.metric, shape, share), "")):
        if problem:
            key = f"metric.{problem.at[0]}"
            raise config.error(key, f"{problem.rule}. Received: {problem.received}. {hint}{problem.hint}")
    key = given_at(config.spaces, "data.validation")
    try:
        return require_parts(shape, share, key)
    except CannotSplit as error:
        raise DataError(f"{config.place_of(key)}{error}") from None
