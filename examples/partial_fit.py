"""A classifier of scikit-learn that learns in epochs, by its method partial_fit."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss


def train(trial):
    """Train a linear classifier on the handwritten digits."""
    x, y = load_digits(return_X_y=True)
    order = trial.generator("split").permutation(len(x))
    trial.fingerprint("split", order)
    x, y = x[order] / 16, y[order]
    model = SGDClassifier(
        loss="log_loss", penalty=trial.setting["penalty"], alpha=trial.setting["alpha"], random_state=trial.seed
    )
    batches = trial.generator("batches")
    for _ in range(trial.epochs):
        shuffled = 450 + batches.permutation(len(x) - 450)
        model.partial_fit(x[shuffled], y[shuffled], classes=np.arange(10))
        # A generator may yield its metrics instead of calling `trial.report`.
        yield {
            "val_accuracy": model.score(x[:450], y[:450]),
            "val_loss": log_loss(y[:450], model.predict_proba(x[:450]), labels=np.arange(10)),
            "share_of_zeros": np.mean(np.abs(model.coef_) < 1e-9),
        }
