"""Images, tokens and tags are trained by modules in the shape that they take, and what does not fit is one sentence."""

from __future__ import annotations

import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rich.console import Console  # noqa: E402

from sweep.config import load_config  # noqa: E402
from sweep.driver.estimate import estimate  # noqa: E402
from sweep.driver.prepare import prepare  # noqa: E402
from sweep.driver.run import run  # noqa: E402
from sweep.errors import SweepError  # noqa: E402
from sweep.results.kept_models import kept_model  # noqa: E402
from sweep.results.model_files import read_network, write_model  # noqa: E402
from sweep.terminal.plan_summary import print_plan  # noqa: E402
from trainers.data.split import split_indices  # noqa: E402
from trainers.seeding import generator  # noqa: E402

CODE = """
import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

x, y = load_digits(return_X_y=True)

def last():
    return x.reshape(-1, 8, 8, 1).astype(np.uint8), y
def first():
    return x.reshape(-1, 1, 8, 8), y
def even():
    return x.reshape(-1, 1, 8, 8), y % 2
def brightness():
    return x.reshape(-1, 8, 8), x.sum(1)
def flat():
    return x, y

def conv(outputs=10, norm=False):
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, 2, 1), nn.BatchNorm2d(8) if norm else nn.Identity(), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1),
        nn.ReLU(), nn.Flatten(), nn.Linear(64, outputs),
    )

def texts(highest=50):
    # Each class has words of its own, which are two fifths of its text.
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 400)
    words = rng.integers(0, highest, (400, 12))
    own = rng.random((400, 12)) < 0.4
    return np.where(own, kind[:, None] * 5 + rng.integers(0, 5, (400, 12)), words), kind
def halves():
    words, kind = texts()
    return words + 0.5, kind

class Bag(nn.Module):
    def __init__(self, rows=50, outputs=3):
        super().__init__()
        self.embedding = nn.Embedding(rows, 16)
        self.head = nn.Linear(16, outputs)
    def forward(self, words):
        return self.head(self.embedding(words).mean(1))

def tags():
    words = np.random.default_rng(0).integers(0, 20, (300, 10))
    tags = words % 4
    tags[:, 8:] = -100
    return words, tags
class Tagger(nn.Module):
    def __init__(self, first=False, outputs=4):
        super().__init__()
        self.embedding = nn.Embedding(20, 16)
        self.head = nn.Linear(16, outputs)
        self.first = first
    def forward(self, words):
        scores = self.head(self.embedding(words))
        return scores.mT if self.first else scores

def focal(outputs, targets):
    right = torch.log_softmax(outputs, 1).gather(1, targets[:, None])[:, 0]
    return -((1 - right.exp()) ** 2) * right
def mirrored(inputs, rng):
    return inputs[..., ::-1] if rng.random() < 0.5 else inputs
def cut(inputs, rng):
    return inputs[..., 1:]
"""


@pytest.fixture(autouse=True)
def _own(tmp_path, monkeypatch):
    (tmp_path / "own_forms.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("own_forms", None)


def config(tmp_path, data, network, trainer="", more="", metric="val_accuracy"):
    trainer = f"trainer: {{backend: torch, epochs: 5{trainer}}}"
    (tmp_path / "sweep.yaml").write_text(
        f"data: {{module: 'own_forms:{data}'{more}}}\n{network}\n{trainer}\nmetric: {{name: {metric}}}\n"
        "optimizers: {adam: {learning_rate: [0.003, 0.03]}}\nseeds: 2\nresources: {executor: inline}\n"
        f"tracking: {{enabled: false}}\nreport: false\nresults: {tmp_path}\nkeep: {{weights: last, trials: all}}\n"
    )
    return load_config(tmp_path / "sweep.yaml")


def module(name, kwargs=""):
    return f"network: {{module: 'own_forms:{name}', kwargs: {{{kwargs}}}}}"


def trained(tmp_path, *args, **more):
    result = run(config(tmp_path, *args, **more))
    assert result.trials["status"].tolist() == ["COMPLETED"] * 4, result.trials["error"].tolist()
    return result


def own(name):
    return getattr(sys.modules["own_forms"], name)


# Chance is 0.1 for the digits, 0.33 for the texts and 0.25 for the tags.
@pytest.mark.parametrize(
    ("data", "network", "kwargs", "at_least", "shape"),
    [
        ("last", "conv", "", 0.9, (10,)),
        ("first", "conv", "norm: true", 0.9, (10,)),
        ("texts", "Bag", "", 0.9, (3,)),
        ("tags", "Tagger", "", 0.9, (10, 4)),
    ],
)
def test_it_learns_and_what_is_kept_predicts_from_the_data_as_they_are(
    data, network, kwargs, at_least, shape, tmp_path
):
    result = trained(tmp_path, data, module(network, kwargs))
    assert result.trials["final_val_accuracy"].max() >= at_least
    kept = kept_model(result.path)
    inputs, targets = own(data)()
    predicted = kept.predict(inputs)
    assert predicted.shape == (len(inputs), *shape)
    np.testing.assert_allclose(predicted.sum(axis=-1), 1)
    assert (predicted.argmax(axis=-1) == targets)[targets >= 0].mean() >= at_least
    write_model(kept, tmp_path / "model")
    np.testing.assert_array_equal(read_network(tmp_path / "model").predict(inputs), predicted)


def test_images_give_the_same_numbers_wherever_their_channel_is(tmp_path):
    one = trained(tmp_path, "last", module("conv"))
    other = trained(tmp_path, "first", module("conv"))
    names = ["final_val_loss", "final_train_loss"]
    np.testing.assert_allclose(one.trials[names], other.trials[names], rtol=1e-4)
    # What the function returns is part of an id, the arrangement of its axes is not.
    assert set(one.trials["trial_id"]).isdisjoint(other.trials["trial_id"])


def test_scores_of_tags_may_come_first_or_last(tmp_path):
    last = trained(tmp_path, "tags", module("Tagger"))
    first = trained(tmp_path, "tags", module("Tagger", "first: true"))
    np.testing.assert_allclose(last.trials["final_val_loss"], first.trials["final_val_loss"], rtol=1e-5)
    prediction = [kept_model(one.path).predict(own("tags")()[0][:5]) for one in (last, first)]
    np.testing.assert_allclose(*prediction, rtol=1e-4)


@pytest.mark.parametrize("loss", ["mae", "huber"])
def test_r2_and_rmse_are_those_of_the_predictions_whatever_the_loss_is(loss, tmp_path):
    given = config(tmp_path, "brightness", module("conv", "outputs: 1"), f", loss: {loss}", metric="val_r2")
    kept = kept_model(run(given).path)
    _, rows = split_indices(prepare(given).data, 0.2, generator(kept.seed, "split"))
    images, sums = (part[rows] for part in own("brightness")())
    errors = kept.predict(images) - sums
    assert kept.metrics["val_rmse"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-4)
    assert kept.metrics["val_r2"] == pytest.approx(1 - (errors**2).mean() / sums.var(), rel=1e-4)


def test_two_classes_may_have_one_output_or_two(tmp_path):
    for loss, outputs in (("bce", 1), ("cross_entropy", 2)):
        result = trained(tmp_path, "even", module("conv", f"outputs: {outputs}"), f", loss: {loss}")
        assert result.trials["final_val_accuracy"].max() >= 0.9
        assert kept_model(result.path).predict(own("even")()[0]).shape == (1797, 2)


def test_loss_and_augmentation_are_part_of_an_id_only_where_they_are_given(tmp_path):
    def ids(trainer="", more=""):
        return [trial.id for trial in prepare(config(tmp_path, "first", module("conv"), trainer, more)).plan.trials]

    usual = ids()
    given = [ids(", loss: cross_entropy"), ids(", loss: own_forms:focal"), ids(more=", augment: 'own_forms:mirrored'")]
    assert len({tuple(found) for found in (usual, *given)}) == 4
    (tmp_path / "own_forms.py").write_text(CODE.replace("rng.random() < 0.5", "rng.random() < 0.6"))
    assert ids(more=", augment: 'own_forms:mirrored'") != given[2]


def test_an_augmentation_and_a_loss_of_ones_own_train(tmp_path):
    plain = trained(tmp_path, "first", module("conv"), ", loss: own_forms:focal")
    mirrored = trained(tmp_path, "first", module("conv"), ", loss: own_forms:focal", ", augment: 'own_forms:mirrored'")
    assert plain.trials["final_val_accuracy"].max() >= 0.9
    assert (plain.trials["final_val_loss"].to_numpy() != mirrored.trials["final_val_loss"].to_numpy()).all()


def test_a_dense_network_takes_a_flat_array_with_augmentation(tmp_path):
    result = trained(tmp_path, "flat", "network: {hidden: [16]}", more=", augment: 'own_forms:mirrored'")
    assert result.trials["final_val_accuracy"].max() >= 0.7


@pytest.mark.parametrize(
    ("data", "network", "said"),
    [
        ("last", "conv", "examples (8, 8, 1) reach own_forms:conv with their channels first, (1, 8, 8)"),
        ("brightness", "conv", "examples (8, 8) reach own_forms:conv with a channel added"),
        ("texts", "Bag", "whole numbers (12,) reach own_forms:Bag as tokens, which are not scaled"),
    ],
)
def test_the_plan_says_in_which_form_a_module_gets_its_inputs(data, network, said, tmp_path):
    kwargs, metric = ("outputs: 1", "val_r2") if data == "brightness" else ("", "val_accuracy")
    choices = prepare(config(tmp_path, data, module(network, kwargs), metric=metric)).plan.choices
    assert any(choice.startswith(said) for choice in choices)


def test_the_plan_says_the_shape_and_what_is_trained_one_at_a_time(tmp_path, capsys):
    more = ", normalise: none, augment: 'own_forms:mirrored'"
    preparation = prepare(config(tmp_path, "last", module("conv", "norm: true"), ", loss: nll", more))
    print_plan(preparation, estimate(preparation), Console(width=300))
    text = capsys.readouterr().out
    assert "1,797 examples of 1 x 8 x 8 numbers, 10 classes; 1,437 to train on" in text
    assert "augmented by own_forms:mirrored; the loss is nll" in text
    assert "trials of own_forms:conv are trained one at a time" in text
    assert "8-bit numbers are divided by 255" in text


@pytest.mark.parametrize(
    ("data", "network", "trainer", "more", "said"),
    [
        ("first", "network: {hidden: [8]}", "", "", "(1797, 1, 8, 8). Take `inputs.reshape(len(inputs), -1)`, or give"),
        ("tags", "network: {hidden: [8]}", "", "", "`targets` of `own_forms:tags` must have 1 dimension for a dense"),
        ("texts", module("Bag", "rows: 20"), "", "", "whose embedding has a row for each token, of which the largest"),
        ("halves", module("Bag"), "", "", "Return tokens as whole numbers of 0 or more"),
        ("texts", module("Bag", "outputs: 4"), "", "", "must make a module that gives (B, 3) for this data"),
        ("tags", module("Tagger", "outputs: 3"), "", "", "that gives (B, 10, 4) or (B, 4, 10) for this data"),
        ("texts", module("Bag"), ", loss: mse", "", "`trainer.loss` must suit the data, which is for classification"),
        ("texts", module("Bag"), ", loss: crossentropy", "", "`trainer.loss` must be one of cross_entropy, bce"),
        ("texts", module("Bag"), ", loss: own_forms:foca", "", "Did you mean `focal`?"),
        (
            "texts",
            module("Bag"),
            ", loss: own_forms:mirrored",
            "",
            "`trainer.loss` must name a function that takes outputs",
        ),
        ("flat", "network: {hidden: [8]}", ", loss: mse", "", "`trainer.loss` is for a network that is a `module`"),
        ("texts", module("Bag"), "", ", augment: flip", "`data.augment` must name a function. Received: flip"),
        ("texts", module("Bag"), "", ", augment: 'own_forms:flip'", "`data.augment` names something that `own_forms`"),
        ("first", module("conv"), "", ", augment: 'own_forms:cut'", "must return inputs of the shape that it gets"),
        ("first", module("conv"), "", ", augment: 'own_forms:conv'", "`data.augment` must name a function that takes"),
        ("first", module("conv"), "", ", augment: 'own_forms:x'", "`data.augment` must name a function. Received"),
    ],
)
def test_what_does_not_fit_is_one_sentence_with_its_key(data, network, trainer, more, said, tmp_path):
    with pytest.raises(SweepError) as raised:
        prepare(config(tmp_path, data, network, trainer, more))
    (line,) = str(raised.value).splitlines()
    assert said in line
