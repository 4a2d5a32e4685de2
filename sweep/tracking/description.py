"""Creates the description of a sweep for the dashboard."""

from __future__ import annotations

from sweep.analysis.markdown_text import inline
from sweep.analysis.ranking import rule
from sweep.tracking.records import SweepRecord


def describe(record: SweepRecord) -> str:
    """Return Markdown for the parent run: the question, and how to read the runs in the dashboard."""
    better, question = "larger" if record.mode == "max" else "smaller", inline(record.question)
    if record.is_own:
        return _describe_own(record, better)
    return f"""**{question}**

Each child run is one trial: one optimizer setting with one seed. Settings are ranked by the {rule(record.by)}
of `{record.metric}`: the mean of `{record.ranked_by}` ({better} is better). A parameter that an optimizer ignores
holds `-`. A run with a red cross either diverged or failed: the tag `status` says which, `diverged_step` says when.
A run that was ended early by a scheduler is KILLED, with `status` PRUNED and the tags `pruned_rung` and `pruned_value`.

Runs named `... all seeds` (tag `kind` = `arm`) sum up a setting: mean over its seeds with a 95 % interval, seeds,
share that diverged, median steps to the target, and `rank`, as in the leaderboard. Runs with `kind` = `base rate` are
simple predictions on the same splits, without a rank. The artifact `report.html` answers the question on one page.

Trials train in packs, many at once: `seconds` is a trial's equal share of the time that its pack trained, and the
duration of a run is that of its pack. `best_{record.metric}` is the best value of a trial after any epoch, and
`best_epoch` the epoch that had it.

- The trials alone: filter `tags.kind = "trial"`.
- Only one optimizer: filter `tags.optimizer = "adam"`.
- Only the trials that diverged: filter `tags.status = "DIVERGED"`; those that were pruned: `"PRUNED"`.
- The seeds of one setting: group by the tag `arm`. The dashboard then averages the seeds that ended alone: a setting
  that diverged on some is shown better than it is, and its `rank` stands in its run named `... all seeds`.
- The table of all settings is the artifact `leaderboard.csv`; the configuration is `config.yaml`.
"""


def _describe_own(record: SweepRecord, better: str) -> str:
    title = f"**{inline(record.question)}**\n\n" if record.question else ""
    example = record.keys[0] if record.keys else "seed"
    return f"""{title}Each child run is one trial: one setting of the hyperparameters, trained with one seed by your own
function or command. Settings are ranked by the {rule(record.by)} of `{record.metric}`: the mean of
`{record.ranked_by}` ({better} is better). A parameter that a setting lacks holds `-`. A run with a red cross either
diverged or failed: the tag `status` says which; `diverged_step` says when, and `error` and `output` say why.
A run that was ended early by a scheduler is KILLED, with `status` PRUNED and the tags `pruned_rung` and `pruned_value`.

Runs named `... all seeds` (tag `kind` = `arm`) sum up a setting: mean over its seeds with a 95 % interval, seeds,
share that diverged, median steps to the target, and `rank`, as in the leaderboard. The artifact `report.html` answers
the question on one page.

`steps` is the step that the training has reported, or else the epoch; `seconds` is the time since the start of the
trial. `best_{record.metric}` is the best value of a trial after any epoch, and `best_epoch` the epoch that had it.

- The trials alone: filter `tags.kind = "trial"`.
- Only the settings with one value: filter such as `params."{example}" = "..."`.
- Only the trials that failed: filter `tags.status = "FAILED"`; those that were pruned: `"PRUNED"`.
- The seeds of one setting: group by the tag `arm`. The dashboard then averages the seeds that ended alone: a setting
  that diverged on some is shown better than it is, and its `rank` stands in its run named `... all seeds`.
- The table of all settings is the artifact `leaderboard.csv`; the configuration is `config.yaml`.
"""
