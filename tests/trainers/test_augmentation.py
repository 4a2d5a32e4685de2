"""Training batches are augmented with a stream that all arms of a seed share; evaluation is without it."""

import sys

import numpy as np
import pytest

from trainers.augmentation import augmented
from trainers.data import DataSource, load
from trainers.errors import DataError, UserCodeError
from trainers.loop import train
from trainers.pack import ModuleSpec, NetworkSpec, Pack, TrialSpec
from trainers.seeding import generator

CODE = """
import numpy as np

SEEN = []

def noise(inputs, rng):
    return inputs + rng.standard_normal(inputs.shape)
def seen(inputs, rng):
    SEEN.append((inputs.copy(), rng.random()))
    return inputs
def blank(inputs, rng):
    inputs[:] = 0
    return inputs
def short(inputs, rng):
    return inputs[1:]
def words(inputs, rng):
    return inputs.astype(str)
def halves(inputs, rng):
    return inputs + 0.5
def broken(inputs, rng):
    raise LookupError("no picture")
"""


@pytest.fixture(scope="module", autouse=True)
def _own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "own_augmentation.py").write_text(CODE)
    sys.path.append(str(folder))
    yield
    sys.path.remove(str(folder))
    sys.modules.pop("own_augmentation", None)


def trial(rate=0.1, seed=0, optimizer="sgd"):
    return TrialSpec(optimizer, {"learning_rate": rate}, seed=seed)


def pack(name, trials, epochs=3, **more):
    augment = None if name is None else f"own_augmentation:{name}"
    more = {"network": NetworkSpec((8,)), "dtype": "float64", **more}
    return Pack(load(DataSource("iris")), tuple(trials), batch_size=32, epochs=epochs, augment=augment, **more)


def curve(training, row=0, **more):
    return [m.values["val_loss"][m.trials == row][0] for m in train(training, **more)]


def test_all_arms_of_a_seed_get_the_same_numbers_in_whichever_pack():
    mates = (trial(0.3, 0, "adam"), trial(0.1, 1), trial(), trial(0.2, 1, "adam"))
    alone, among = curve(pack("noise", [trial()])), curve(pack("noise", mates), 2)
    assert alone == among
    assert alone == curve(pack("noise", mates), 2, tile_size=1)
    assert alone != curve(pack(None, [trial()]))


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_training_that_goes_on_gets_the_numbers_of_an_uninterrupted_one(backend):
    pytest.importorskip("torch")
    training = pack("noise", [trial()], backend=backend)
    whole = list(train(training, states="all"))
    rest = list(train(training, state=whole[0].state))
    for one, other in zip(whole[1:], rest, strict=True):
        np.testing.assert_allclose(one.values["val_loss"], other.values["val_loss"], rtol=1e-12)


def test_both_backends_augment_alike():
    pytest.importorskip("torch")
    trials = (trial(), trial(0.1, 1))
    ours, torchs = pack("noise", trials), pack("noise", trials, backend="torch")
    np.testing.assert_allclose(curve(ours, 1), curve(torchs, 1), rtol=1e-6)
    module = ModuleSpec("torch.nn:Linear", {"in_features": 4, "out_features": 3})
    assert curve(pack("noise", trials, backend="torch", network=module)) != curve(
        pack(None, trials, backend="torch", network=module)
    )


def test_evaluation_is_without_it():
    # Without inputs the network learns the shares of the classes: ln 3 on the training part.
    *_, last = train(pack("blank", [trial(0.5)], epochs=40))
    assert last.values["train_loss"][0] == pytest.approx(np.log(3), abs=0.01)
    # Its first layer stays as drawn, so that real inputs give other outputs than none.
    assert abs(last.values["val_loss"][0] - np.log(3)) > 0.02


def test_each_step_has_a_stream_of_its_own_and_the_inputs_are_scaled():
    list(train(pack("seen", [trial(seed=4), trial(0.2, seed=4)], epochs=2)))
    seen = sys.modules["own_augmentation"].SEEN
    # 120 examples make 4 batches; the two arms share each of them.
    assert [inputs.shape for inputs, _ in seen] == [(32, 4), (32, 4), (32, 4), (24, 4)] * 2
    assert [number for _, number in seen] == [generator(4, "augment", step).random() for step in range(8)]
    first = np.concatenate([inputs for inputs, _ in seen[:4]])
    np.testing.assert_allclose(first.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(first.std(axis=0), 1)


def test_the_given_array_is_a_copy():
    inputs = np.ones((2, 3))
    assert not augmented("own_augmentation:blank", inputs, 0, 0).any()
    assert inputs.all()


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("short", DataError, r"of the shape that it gets, \(2, 3\)\. Received: float64 of shape \(1, 3\)"),
        ("words", DataError, "Received: <?U?str.* of shape"),
        ("broken", UserCodeError, r"LookupError at .*own_augmentation\.py:\d+ \(no picture\)"),
    ],
)
def test_what_gives_no_such_inputs_is_refused(name, error, said):
    with pytest.raises(error, match=said):
        augmented(f"own_augmentation:{name}", np.ones((2, 3)), 0, 0)


def test_tokens_stay_whole_numbers():
    tokens = np.array([[1, 2]])
    with pytest.raises(DataError, match=r"whole numbers for tokens\. Received: float64\. Return int64"):
        augmented("own_augmentation:halves", tokens, 0, 0)
