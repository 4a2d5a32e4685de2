"""A plain PyTorch training loop: configs/quickstart.yaml written as a function of one's own."""

import torch
from sklearn.datasets import load_digits
from torch import nn


def train(trial):
    """Train a network on the handwritten digits; a trial that goes on continues with the same numbers."""
    x, y = load_digits(return_X_y=True)
    order = trial.generator("split").permutation(len(x))
    trial.fingerprint("split", order)
    inputs = torch.tensor(x[order] / 16, dtype=torch.float32, device=trial.device)
    targets = torch.tensor(y[order], device=trial.device)
    held_out = len(x) // 4

    torch.manual_seed(trial.seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)).to(trial.device)
    optimizer = make_optimizer(model, **trial.setting)

    state = trial.restore() or {"epoch": 0, "steps": 0}
    if state["epoch"]:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])

    steps = state["steps"]
    for epoch in range(state["epoch"] + 1, trial.epochs + 1):
        # A stream for each epoch, so that the order of the batches does not depend on where the trial goes on.
        shuffled = torch.tensor(trial.generator(f"batches {epoch}").permutation(len(x) - held_out) + held_out)
        for batch in shuffled.split(trial.setting["batch_size"]):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs[batch]), targets[batch])
            loss.backward()
            optimizer.step()
            steps += 1
        with torch.no_grad():
            scores = model(inputs[:held_out])
            val_loss = nn.functional.cross_entropy(scores, targets[:held_out])
            val_accuracy = (scores.argmax(1) == targets[:held_out]).float().mean()
        trial.save({"epoch": epoch, "steps": steps, "model": model.state_dict(), "optimizer": optimizer.state_dict()})
        trial.report(step=steps, train_loss=loss, val_loss=val_loss, val_accuracy=val_accuracy)


def make_optimizer(model, optimizer, learning_rate, batch_size):
    """Return an optimizer in the form that the quickstart's has."""
    parameters = model.parameters()
    if optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=learning_rate)
    if optimizer == "momentum":
        # The quickstart averages the gradients; torch sums them, which is 1 / (1 - momentum) times as much.
        return torch.optim.SGD(parameters, lr=learning_rate * 0.1, momentum=0.9)
    if optimizer == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=learning_rate, alpha=0.9)
    return torch.optim.Adam(parameters, lr=learning_rate)
