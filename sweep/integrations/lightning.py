"""Connects a Lightning trainer to the trial of a sweep, by a callback."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import Checkpoint

from sweep.integrations.checkpoints import PREFIX, kept_checkpoint, report_checkpoint

if TYPE_CHECKING:
    from sweep.execution.sources.trial import Trial


class TrialCallback(Checkpoint):  # type: ignore[misc]
    """Reports what a `LightningModule` logs, once after each epoch that was validated, and keeps a checkpoint.

    All metrics that the module logs for the epoch are reported under their names. Where `val_check_interval` validates
    within epochs, each validation is a report. What the sanity check of the trainer logs is not reported. When the
    trial is to stop, the trainer ends as it does on an exception, and so does the training function.

    It takes the place of the trainer's own `ModelCheckpoint`; leave `enable_checkpointing` as it is.

    Args:
        trial: the trial that the training function received.

    >>> from lightning.pytorch import Trainer  # doctest: +SKIP
    >>> callback = TrialCallback(trial)  # doctest: +SKIP
    >>> trainer = Trainer(max_epochs=trial.epochs, callbacks=[callback])  # doctest: +SKIP
    >>> trainer.fit(module, ckpt_path=callback.checkpoint)  # doctest: +SKIP
    """

    checkpoint: Path | None
    """What `ckpt_path` of `Trainer.fit` must be: the checkpoint from which the trial goes on, or None."""

    def __init__(self, trial: Trial) -> None:
        self.checkpoint = kept_checkpoint(trial)
        self._trial = trial
        self._has_validated = False

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Report a validation within an epoch; one at its end is reported with the rest of the epoch."""
        self._has_validated = not trainer.sanity_checking and trainer.state.fn == "fit"
        if self._has_validated and trainer.val_check_interval != 1.0:
            self._report(trainer, None)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Report an epoch, unless it was not validated."""
        if self._has_validated or not trainer.num_val_batches:
            self._report(trainer, trainer.current_epoch + 1)

    def _report(self, trainer: Trainer, epoch: int | None) -> None:
        self._has_validated = False
        checkpoint = None
        if self._trial.keeps_state:
            checkpoint = self._trial.folder / f"{PREFIX}{trainer.global_step}.ckpt"
            trainer.save_checkpoint(checkpoint)
        report_checkpoint(self._trial, trainer.callback_metrics, checkpoint, epoch=epoch, step=trainer.global_step)
