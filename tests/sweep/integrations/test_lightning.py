"""Lightning's Trainer reports each validated epoch, goes on from its checkpoint, and ends when its trial does."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

# Looked for and not imported: only the processes that train need it, and each process of pytest reads this file.
pytestmark = pytest.mark.skipif(
    find_spec("lightning") is None, reason="needs the extra lightning: pip install '.[lightning]'"
)

# Batches in a fixed order, no dropout, and a learning rate that falls with the epochs.
MODULE = """
    import logging, warnings

    import torch
    from lightning.pytorch import LightningModule, Trainer, seed_everything
    from torch.utils.data import DataLoader, TensorDataset

    from sweep.integrations.lightning import TrialCallback

    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)

    class Line(LightningModule):
        def __init__(self, fails_at):
            super().__init__()
            self.fails_at = fails_at
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch, index):
            if self.current_epoch + 1 == self.fails_at:
                raise RuntimeError("the data are gone")
            loss = ((self.layer(batch[0]) - 2 * batch[0]) ** 2).mean()
            self.log("train_loss", loss, on_step=False, on_epoch=True)
            return loss

        def on_train_epoch_end(self):
            self.log("at_the_end", float(self.current_epoch))

        def validation_step(self, batch, index):
            loss = ((self.layer(batch[0]) - 2 * batch[0]) ** 2).mean()
            self.log("val_loss", 1000 * loss if self.trainer.sanity_checking else loss)

        def configure_optimizers(self):
            optimizer = torch.optim.Adam(self.parameters(), lr=0.1)
            return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.9)]

    def train(trial):
        seed_everything(trial.seed, verbose=False)
        options = dict(trial.setting)
        module = Line(options.pop("fails_at", 0))
        callback = TrialCallback(trial)
        trainer = Trainer(
            accelerator="cpu", max_epochs=trial.epochs, callbacks=[callback], default_root_dir=trial.folder,
            logger=False, enable_progress_bar=False, enable_model_summary=False, log_every_n_steps=1, **options,
        )
        x = torch.linspace(-1, 1, 40)[:, None]
        loader = DataLoader(TensorDataset(x), batch_size=10)
        trainer.fit(module, loader, DataLoader(TensorDataset(x), batch_size=40), ckpt_path=callback.checkpoint)
        trainer.validate(module, DataLoader(TensorDataset(x), batch_size=40), verbose=False)
"""


@pytest.fixture(scope="module")
def process(start: Callable[[str, str], Any]) -> Any:
    return start(MODULE, "val_loss")


def test_a_trainer_reports_goes_on_stops_and_fails_as_its_trial(process: Any) -> None:
    whole = process.train("whole", {}, epochs=5)
    assert (whole.status, whole.error) == ("COMPLETED", "")
    assert whole.metrics["epoch"] == [1, 2, 3, 4, 5]
    # 40 examples in batches of 10.
    assert whole.metrics["steps"] == [4, 8, 12, 16, 20]
    # Neither the sanity check nor the validation after the training is reported, and what is logged last is.
    assert max(whole.metrics["val_loss"]) < 100
    assert whole.metrics["at_the_end"] == [0, 1, 2, 3, 4]
    assert whole.files == ["checkpoint-20.ckpt"]

    first = process.train("parts", {}, epochs=2)
    assert first.files == ["checkpoint-8.ckpt"]
    parts = process.train("parts", {}, epochs=5, goes_on=True)
    assert parts.status == "COMPLETED"
    assert parts.metrics["epoch"] == whole.metrics["epoch"]
    assert parts.metrics["steps"] == whole.metrics["steps"]
    for name in ("val_loss", "train_loss"):
        assert parts.metrics[name] == pytest.approx(whole.metrics[name], rel=1e-6)

    target = whole.metrics["val_loss"][2]
    stopped = process.train("stopped", {}, epochs=1000, stop_at=target)
    assert (stopped.status, stopped.metrics["epoch"]) == ("STOPPED", [1, 2, 3])

    failed = process.train("failed", {"fails_at": 2}, epochs=5)
    assert (failed.status, failed.metrics["epoch"]) == ("FAILED", [1])
    assert "the data are gone" in failed.error

    unkept = process.train("unkept", {}, epochs=2, weights="none")
    assert (unkept.status, unkept.files) == ("COMPLETED", [])


def test_validations_within_an_epoch_and_of_every_other_epoch_are_reports(process: Any) -> None:
    within = process.train("within", {"val_check_interval": 2}, epochs=3)
    assert within.status == "COMPLETED"
    assert within.metrics["epoch"] == [1, 2, 3, 4, 5, 6]
    assert within.metrics["steps"] == [2, 4, 6, 8, 10, 12]
    other = process.train("other", {"check_val_every_n_epoch": 2}, epochs=6)
    assert other.metrics["epoch"] == [2, 4, 6]
    assert other.metrics["steps"] == [8, 16, 24]
