"""Connects the training of a Keras model to the trial of a sweep, by a callback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keras.callbacks import Callback

from sweep.integrations.checkpoints import PREFIX, kept_checkpoint, report_checkpoint

if TYPE_CHECKING:
    from sweep.execution.sources.trial import Trial


class TrialCallback(Callback):  # type: ignore[misc]
    """Reports what `Model.fit` logs after each epoch, and keeps the model as it is then.

    Where the sweep keeps weights, the model is saved with the state of its optimizer as a `.keras` file; a model that
    goes on is loaded from it when the training begins. When the trial is to stop, `fit` ends by an exception, and so
    does the training function.

    Args:
        trial: the trial that the training function received.

    >>> callback = TrialCallback(trial)  # doctest: +SKIP
    >>> epochs = {"initial_epoch": callback.initial_epoch, "epochs": trial.epochs}  # doctest: +SKIP
    >>> model.fit(x, y, **epochs, callbacks=[callback])  # doctest: +SKIP
    """

    initial_epoch: int
    """What `initial_epoch` of `Model.fit` must be: the number of epochs that the trial has behind it."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self._trial = trial
        self._kept = kept_checkpoint(trial)
        self.initial_epoch = int(self._kept.stem.removeprefix(PREFIX)) if self._kept else 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Load the model of a trial that goes on."""
        if self._kept is None:
            return
        # The optimizer has its variables from its first step on, and what a file has more is left out.
        self.model.optimizer.build(self.model.trainable_variables)
        self.model.load_weights(self._kept)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Report an epoch."""
        checkpoint = None
        if self._trial.keeps_state:
            checkpoint = self._trial.folder / f"{PREFIX}{epoch + 1}.keras"
            self.model.save(checkpoint)
        steps = int(self.model.optimizer.iterations)
        report_checkpoint(self._trial, logs or {}, checkpoint, epoch=epoch + 1, step=steps)
