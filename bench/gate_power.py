"""Simulates how often the gates of configs/ci.yaml fail with and without an injected change (table in docs/ci.md).

Every build samples its seeds from a pool that is trained once. Without a change, the numbers still differ in one of two
ways: by different seeds under the same names, an upper bound on the effect of randomness, or by rounding alone (float64
instead of float32 on the same seeds). An injected change is compared on the same seeds, as `sweep check` does. The gate
`exact` is excluded: by design, it fails for any change of any number.

Run: python bench/gate_power.py [POOL BUILDS], from the project folder.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sweep import load_config, run
from sweep.config import SweepConfig
from sweep.config.gates import Exact
from sweep.driver.prepare import prepare
from sweep.gates.against_baseline import baseline_trials
from sweep.gates.decide import decide
from sweep.gates.decision import Baseline, BaselineArm, BaselineTrial
from sweep.gates.kinds import evidence_of, examine
from sweep.planning.plan import Plan
from trainers.data import DataSource, load
from trainers.optimizers.adam import Adam
from trainers.optimizers.base import Array, Coefficients, State, array_module

CONFIG = "configs/ci.yaml"
SEEDS = (3, 5, 10)
METRICS = ("final_val_loss", "best_val_loss", "final_val_accuracy")
COLUMNS = ("trial_id", "arm_id", "arm", "seed", "status", "optimizer", "place", *METRICS)
"""The columns that the gates read; the others would only cost time."""


class EpsilonInside(Adam):
    """Adam with epsilon inside the root, a common mistake."""

    name = "adam_epsilon_inside"

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Like Adam's, but with ``sqrt(s + epsilon')`` instead of ``sqrt(s) + epsilon'``."""
        xp = array_module(parameters)
        v, s = state["first_moment"], state["second_moment"]
        v *= coefficients["beta1"]
        v += gradients * coefficients["one_minus_beta1"]
        s *= coefficients["beta2"]
        s += gradients * gradients * coefficients["one_minus_beta2"]
        xp.add(s, coefficients["corrected_epsilon"], out=work)
        xp.sqrt(work, out=work)
        xp.divide(v, work, out=work)
        work *= coefficients["corrected_alpha"]
        parameters -= work


def shuffled(share: float) -> tuple[Array, Array]:
    """The digits, with the labels of a fraction of the examples shuffled among themselves."""
    data = load(DataSource("digits"))
    rng = np.random.default_rng(2)
    chosen = rng.choice(len(data.targets), round(share * len(data.targets)), replace=False)
    targets = data.targets.copy()
    targets[chosen] = targets[rng.permutation(chosen)]
    return data.inputs, targets


OWN_ADAM = "optimizers={sgd: {learning_rate: [0.1, 0.3, 1.0]}, momentum: {learning_rate: [0.1, 0.3, 1.0]}, "
OWN_ADAM += "rmsprop: {learning_rate: [0.001, 0.003, 0.01]}, NAME: {learning_rate: [0.001, 0.003, 0.01]EPSILON}}"


def own_adam(name: str, epsilon: str = "") -> str:
    """The override that trains Adam under another name, or with another epsilon."""
    return OWN_ADAM.replace("NAME", name).replace("EPSILON", epsilon)


NO_NAMES = "gates=[diverged <= 0]"
"""Placeholder gates for the changed sweep; the gates of the original sweep, where Adam keeps its name, are used."""

INSIDE = "'bench.gate_power:EpsilonInside'"
CHANGES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    # name -> (overrides of the baseline, overrides of the changed sweep)
    "none, other seeds": ((), ()),
    "none, rounding alone": ((), ("trainer.dtype=float64",)),
    "beta1 and beta2 of Adam swapped": ((), (own_adam("adam", ", beta1: 0.999, beta2: 0.9"),)),
    "epsilon of Adam inside the root, epsilon 1e-8": ((), (own_adam(INSIDE), NO_NAMES)),
    "epsilon of Adam inside the root, epsilon 1e-4": (
        (own_adam("adam", ", epsilon: 0.0001"),),
        (own_adam(INSIDE, ", epsilon: 0.0001"), NO_NAMES),
    ),
    "epsilon of Adam inside the root, epsilon 1e-2": (
        (own_adam("adam", ", epsilon: 0.01"),),
        (own_adam(INSIDE, ", epsilon: 0.01"), NO_NAMES),
    ),
    "decay one epoch late": ((), ("space.decay={kind: exponential, rate: 0.9, start: 0}",)),
    "labels shuffled, 0.5 %": ((), ("data={module: 'bench.gate_power:shuffled', kwargs: {share: 0.005}}",)),
    "labels shuffled, 1 %": ((), ("data={module: 'bench.gate_power:shuffled', kwargs: {share: 0.01}}",)),
    "labels shuffled, 2 %": ((), ("data={module: 'bench.gate_power:shuffled', kwargs: {share: 0.02}}",)),
}


class Pool:
    """A sweep trained on all seeds of the pool, from which builds are sampled."""

    def __init__(self, overrides: Sequence[str], seeds: int, folder: Path) -> None:
        settings = ["resources.executor=inline", f"results={folder}", f"seeds={seeds}"]
        self.config: SweepConfig = load_config(CONFIG, [*settings, *overrides])
        self.plan: Plan = prepare(self.config).plan
        result = run(self.config)
        self.trials, self.epochs = result.trials, result.epochs.iloc[:0]
        past = baseline_trials(self.trials, result.epochs)
        # Arms have the same order in every sweep of this file, so the index of an arm identifies it.
        places = {arm.id: place for place, arm in enumerate(self.plan.arms)}
        self.past: dict[tuple[int, int], BaselineTrial] = {
            (places[trial.arm.id], trial.seed): past[trial.id] for trial in self.plan.trials
        }
        self.trials = self.trials.assign(place=self.trials["arm_id"].map(places))[list(COLUMNS)]
        self.by_seed = dict(iter(self.trials.groupby("seed")))

    def rows(self, like: Pool, taken: Sequence[int], named: Sequence[int]) -> pd.DataFrame:
        """The trials of some seeds, renamed to other seeds and to the arms of another pool."""
        parts = [self.by_seed[seed].assign(seed=name) for seed, name in zip(taken, named, strict=True)]
        rows = pd.concat(parts)
        arms = [like.plan.arms[place] for place in rows["place"]]
        return rows.assign(
            arm_id=[arm.id for arm in arms],
            arm=[arm.label for arm in arms],
            optimizer=[str(arm.setting["optimizer"]) for arm in arms],
        )

    def final(self, place: int, column: str) -> pd.Series[float]:
        """The values of one arm by seed."""
        return self.trials[self.trials["place"] == place].set_index("seed")[column].astype(float)

    def baseline(self, seeds: Sequence[int]) -> Baseline:
        """A baseline of some seeds."""
        arms = tuple(
            BaselineArm(arm.label, dict(arm.setting), {seed: self.past[place, seed] for seed in seeds})
            for place, arm in enumerate(self.plan.arms)
        )
        return Baseline("ci", self.plan.hash, self.config.metric.name, {}, {}, arms)


def is_red(before: Pool, after: Pool, taken: Sequence[int], named: Sequence[int]) -> tuple[bool, bool]:
    """Check one build: whether it is red, and whether it is green."""
    gates = tuple(gate for gate in before.config.demands if not isinstance(gate, Exact))
    rows = after.rows(before, taken, named)
    planned = tuple(trial for trial in before.plan.trials if trial.seed in set(named))
    evidence = evidence_of(before.config, rows, before.epochs, planned, before.baseline(named))
    verdicts = {decision.verdict for decision in decide(examine(gates, evidence))}
    return "fails" in verdicts, verdicts == {"holds"}


def effect(before: Pool, after: Pool) -> str:
    """The largest relative change of a loss at the best setting, also in standard deviations of the paired ratios."""
    column, found = f"final_{before.config.metric.name}", []
    means = before.trials.groupby("place")[column].mean()
    for optimizer in dict.fromkeys(str(arm.setting["optimizer"]) for arm in before.plan.arms):
        places = [place for place, arm in enumerate(before.plan.arms) if arm.setting["optimizer"] == optimizer]
        best = min(places, key=lambda place: means[place])
        old, new = (pool.final(best, column) for pool in (before, after))
        ratio = np.log(new / old).dropna()
        deviation = float(ratio.std())
        found.append((float(np.expm1(ratio.mean())), float(ratio.mean()) / deviation if deviation else 0.0))
    relative, standard = max(found, key=lambda pair: abs(pair[0]))
    return f"{100 * relative:+.2g} % ({standard:+.2g} sd)"


def main(pool: int = 80, builds: int = 200) -> None:
    """Train the pools, simulate the builds, and print the table in Markdown."""
    start = time.monotonic()
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as folder:
        pools: dict[tuple[str, ...], Pool] = {}
        print(f"| change | largest change of a loss | {' | '.join(f'{n} seeds' for n in SEEDS)} |")
        print(f"| --- | --- | {' | '.join('---' for _ in SEEDS)} |")
        for name, pair in CHANGES.items():
            for overrides in map(tuple, pair):
                if overrides not in pools:
                    pools[overrides] = Pool(overrides, pool, Path(folder))
            before, after = (pools[tuple(overrides)] for overrides in pair)
            is_fresh = before is after
            tries = builds if name.startswith("none") else builds // 2
            cells = []
            for count in SEEDS:
                red = green = 0
                for _ in range(tries):
                    drawn = rng.choice(pool, 2 * count, replace=False).tolist()
                    named, taken = sorted(drawn[:count]), drawn[count:] if is_fresh else sorted(drawn[:count])
                    result = is_red(before, after, taken, named)
                    red, green = red + result[0], green + result[1]
                cells.append(f"{100 * red / tries:.3g} % red, {100 * green / tries:.3g} % green")
            size = "0" if is_fresh else effect(before, after)
            print(f"| {name} | {size} | {' | '.join(cells)} |", flush=True)
    print(
        f"\n{pool} seeds in the pool, {builds} builds a cell without a change, {builds // 2} with one, "
        f"{time.monotonic() - start:.0f} s"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main(*map(int, sys.argv[1:]))
