"""A LightningModule on scikit-learn's breast cancer data, trained by Lightning's Trainer."""

import logging

import torch
from lightning.pytorch import LightningModule, Trainer, seed_everything
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from sweep.integrations.lightning import TrialCallback

# A sweep makes many trainers, and each would say again what it found on this machine.
logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)


class Classifier(LightningModule):
    """A network with dropout."""

    def __init__(self, learning_rate, dropout):
        super().__init__()
        self.learning_rate = learning_rate
        self.layers = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 1))

    def training_step(self, batch, index):
        """Return the loss of a batch."""
        return self.evaluate(batch, "train")

    def validation_step(self, batch, index):
        """Log the metrics of a batch."""
        self.evaluate(batch, "val")

    def evaluate(self, batch, part):
        """Log loss and accuracy of a batch for the epoch."""
        x, y = batch
        scores = self.layers(x).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(scores, y)
        accuracy = ((scores > 0) == (y > 0)).float().mean()
        self.log_dict({f"{part}_loss": loss, f"{part}_accuracy": accuracy}, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self):
        """Return Adam."""
        return torch.optim.Adam(self.parameters(), lr=self.learning_rate)


def train(trial):
    """Train a classifier; a trial that goes on continues from its checkpoint."""
    seed_everything(trial.seed, verbose=False)
    x, y = load_breast_cancer(return_X_y=True)
    order = trial.generator("split").permutation(len(x))
    inputs = torch.tensor((x - x.mean(0)) / x.std(0), dtype=torch.float32)[order]
    targets = torch.tensor(y, dtype=torch.float32)[order]
    callback = TrialCallback(trial)
    trainer = Trainer(
        accelerator=trial.device,
        devices=1,
        max_epochs=trial.epochs,
        callbacks=[callback],
        default_root_dir=trial.folder,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(
        Classifier(**trial.setting),
        DataLoader(TensorDataset(inputs[150:], targets[150:]), batch_size=64, shuffle=True),
        DataLoader(TensorDataset(inputs[:150], targets[:150]), batch_size=150),
        ckpt_path=callback.checkpoint,
    )
