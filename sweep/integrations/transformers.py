"""Connects a Transformers trainer to the trial of a sweep, by a callback."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from sweep.integrations.checkpoints import PREFIX, kept_checkpoint, report_checkpoint

if TYPE_CHECKING:
    from sweep.execution.sources.trial import Trial

NOT_REPORTED = ("epoch", "_runtime", "_per_second", "_preparation_time")
"""Ends of the names of what an evaluation measures beside the model."""


class TrialCallback(TrainerCallback):  # type: ignore[misc]
    """Reports each evaluation of a Transformers `Trainer` during training, and keeps its checkpoint.

    The metrics are reported under their names, such as `eval_loss`, with the training's `loss` where one was logged
    since the last report; each evaluation is a report, which the trial counts. Where the sweep keeps weights, the
    trainer saves after each evaluation. When the trial is to stop, `Trainer.train` ends by an exception, and so does
    the training function.

    Args:
        trial: the trial that the training function received.

    Raises:
        ValueError: when the training begins, if the sweep keeps weights and the trainer would save them elsewhere, or
            remove them.

    >>> from transformers import Trainer, TrainingArguments  # doctest: +SKIP
    >>> callback = TrialCallback(trial)  # doctest: +SKIP
    >>> arguments = TrainingArguments(trial.folder, eval_strategy="epoch", seed=trial.seed)  # doctest: +SKIP
    >>> trainer = Trainer(model, arguments, callbacks=[callback], ...)  # doctest: +SKIP
    >>> trainer.train(resume_from_checkpoint=callback.checkpoint)  # doctest: +SKIP
    """

    checkpoint: str | None
    """What `resume_from_checkpoint` of `Trainer.train` must be: where the trial goes on from, or None."""

    def __init__(self, trial: Trial) -> None:
        kept = kept_checkpoint(trial)
        self.checkpoint = None if kept is None else str(kept)
        self._trial = trial
        # The step at which the training began; no evaluation is above infinity.
        self._begun_at: float = math.inf
        self._loss: dict[str, float] = {}
        self._metrics: dict[str, float] = {}

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Refuse arguments that do not go with what the sweep keeps."""
        self._begun_at = state.global_step
        if not self._trial.keeps_state:
            return
        if Path(args.output_dir).resolve() != self._trial.folder.resolve():
            raise ValueError(
                f"`output_dir` must be `trial.folder` where `keep.weights` is not none. Received: {args.output_dir}. "
                "Write `TrainingArguments(trial.folder, ...)`."
            )
        if args.save_total_limit is not None:
            raise ValueError(
                "`save_total_limit` must be left out where `keep.weights` is not none, since the sweep removes what it "
                f"does not keep. Received: {args.save_total_limit}. Leave it out."
            )

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Note the loss of the training, which belongs to the next report."""
        if logs is not None and "loss" in logs:
            self._loss = {"loss": logs["loss"]}

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Note the metrics of an evaluation, and have the trainer save the checkpoint that belongs to them."""
        # An evaluation before the first step, or after the training, is not of the training.
        if state.global_step <= self._begun_at:
            return
        self._metrics |= {name: value for name, value in (metrics or {}).items() if not name.endswith(NOT_REPORTED)}
        control.should_save |= self._trial.keeps_state

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Report the evaluation whose checkpoint was saved."""
        self._report(state, self._trial.folder / f"{PREFIX}{state.global_step}" if self._trial.keeps_state else None)

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Report an evaluation after which nothing was saved."""
        self._report(state, None)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Report the last evaluation if nothing was saved after it."""
        self._begun_at = math.inf
        self._report(state, None)

    def _report(self, state: TrainerState, checkpoint: Path | None) -> None:
        if not self._metrics:
            return
        metrics, self._metrics, self._loss = self._loss | self._metrics, {}, {}
        best = state.best_model_checkpoint
        report_checkpoint(
            self._trial, metrics, checkpoint, step=state.global_step, spared=None if best is None else Path(best)
        )
