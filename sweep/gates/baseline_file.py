"""Reads and writes baselines: JSON files with one line per trial, so that changes can be reviewed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.config.metric import usual_mode
from sweep.errors import BaselineError
from sweep.gates.against_baseline import baseline_trials
from sweep.gates.decision import Baseline, BaselineArm, BaselineTrial
from sweep.records import plain
from sweep.system.invocation import command

if TYPE_CHECKING:
    import pandas as pd

    from sweep.config import SweepConfig
    from sweep.planning.plan import Plan

FORMAT = 1


def conditions_of(config: SweepConfig) -> dict[str, Any]:
    """Return the conditions that must equal the baseline's: data, network, trainer, and which epoch counts."""
    # Included only if it is not the default, so that existing baselines stay valid.
    metric = {"metric": {"of": config.metric.of}} if config.metric.of != "last" else {}
    if config.own is not None:
        unrelated = {"timeout", "grace", "extendable"}
        if not config.own.stop_at_target:
            unrelated |= {"target", "stop_at_target"}
        return {**metric, "trainer": config.own.model_dump(mode="json", exclude=unrelated, exclude_none=True)}
    trainer = config.network_trainer.model_dump(mode="json", include={"backend", "dtype", "weight_decay"})
    if config.network_trainer.loss is not None:
        trainer |= {"loss": config.network_trainer.loss}
    if config.network_trainer.stop_at_target:
        trainer |= {"stop_at_target": True, "target": config.trainer.target}
    return {
        **metric,
        "data": config.network_data.model_dump(mode="json", exclude_none=True),
        "network": config.network.model_dump(mode="json", exclude_none=True),
        "trainer": trainer,
    }


def baseline_of(
    config: SweepConfig, plan: Plan, trials: pd.DataFrame, epochs: pd.DataFrame, versions: Mapping[str, str]
) -> Baseline:
    """Create a baseline from finished trials."""
    asked = () if config.own is not None else config.metric.columns
    past = baseline_trials(trials, epochs, config.metric.by, asked)
    arms = []
    for arm in plan.arms:
        mine = [trial for trial in plan.trials if trial.arm.id == arm.id and trial.id in past]
        arms.append(BaselineArm(arm.label, plain(arm.setting), {trial.seed: past[trial.id] for trial in mine}))
    metric = config.metric
    # What the name of the metric says need not be kept.
    mode = metric.mode if usual_mode(metric.name) != metric.mode else None
    return Baseline(plan.name, plan.hash, metric.name, conditions_of(config), dict(versions), tuple(arms), mode=mode)


def render(baseline: Baseline) -> str:
    """Format a baseline as JSON with one line per trial, at full precision."""
    head = {
        "format": FORMAT,
        "name": baseline.name,
        "plan": baseline.plan,
        "metric": baseline.metric,
        **({"mode": baseline.mode} if baseline.mode is not None else {}),
        "conditions": baseline.conditions,
        "versions": baseline.versions,
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(content)}," for key, content in head.items()]
    arms = []
    for arm in baseline.arms:
        seeds = [
            f'        "{seed}": '
            + json.dumps(
                {
                    "status": past.status,
                    "values": past.values,
                    "curve": past.curve,
                    "fingerprints": past.fingerprints,
                }
            )
            for seed, past in sorted(arm.seeds.items())
        ]
        opening = f'    {{\n      "arm": {json.dumps(arm.label)},\n      "setting": {json.dumps(arm.setting)},\n'
        arms.append(opening + '      "seeds": {\n' + ",\n".join(seeds) + "\n      }\n    }")
    return "\n".join(["{", *lines, '  "arms": [', ",\n".join(arms), "  ]", "}"]) + "\n"


def read_baseline(path: Path, folders: Sequence[Path] = ()) -> Baseline:
    """Read a baseline.

    Args:
        path: path of the file.
        folders: folders in which it was searched, if there was more than one.

    Raises:
        BaselineError: if the file is missing or not a baseline.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        looked = f", which is neither in {' nor in '.join(f'`{folder}`' for folder in folders)}" if folders else ""
        raise BaselineError(
            f"`baseline` must be a file that exists. Received: {path}{looked}. "
            f"Make it with `{command('baseline', 'save')}`."
        ) from None
    except RecursionError as error:
        raise _damaged(path, "lists within lists without end") from error
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    try:
        if content["format"] != FORMAT:
            raise _damaged(path, f"format {content['format']}, where this version knows {FORMAT}")
        return Baseline(
            content["name"],
            content["plan"],
            content["metric"],
            content["conditions"],
            content["versions"],
            tuple(_arm(arm) for arm in content["arms"]),
            mode=content.get("mode"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path, f"{type(error).__name__} {error}") from error


def _arm(content: Mapping[str, Any]) -> BaselineArm:
    seeds = {
        int(seed): BaselineTrial(
            past["status"],
            {name: float(number) for name, number in past["values"].items()},
            past["curve"],
            dict(past["fingerprints"]),
        )
        for seed, past in content["seeds"].items()
    }
    return BaselineArm(content["arm"], dict(content["setting"]), seeds)


def _damaged(path: Path, reason: str) -> BaselineError:
    said = (reason.splitlines() or ["nothing"])[0].rstrip(".")
    return BaselineError(
        f"`baseline` must be a file that `sweep baseline save` wrote. Received: {path} ({said}). "
        f"Take it back from version control, or write it anew with `{command('baseline', 'update')}`."
    )
