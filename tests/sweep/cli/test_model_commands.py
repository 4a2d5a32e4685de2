"""`sweep model`: what it prints and writes, and one sentence for each mistake."""

from __future__ import annotations

import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_says_which_trial_it_is_and_what_it_has_written(command, folder, kept_networks):
    root = ("--results", str(kept_networks.path.parent))
    code, output, _ = command("model", "kept", "--output", "out", "--level", "sgd", *root)
    assert code == 0
    trial, setting, *written = output.splitlines()
    chosen = trial.split()[1]
    assert kept_networks.trials.set_index("trial_id").optimizer[chosen] == "sgd"
    assert trial.endswith("after epoch 3")
    assert setting.startswith("setting    optimizer=sgd learning_rate=0.1")
    assert written == ["written    out/weights.safetensors", "written    out/model.json"]
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["model.json", "weights.safetensors"]
    code, output, _ = command("model", "kept", "-o", "again", "--trial", chosen, *root)
    assert code == 0
    assert output.splitlines()[0] == trial


def test_a_mistake_is_one_sentence_and_exit_code_2_and_nothing_is_written(command, folder, kept_networks):
    root = ("--results", str(kept_networks.path.parent))
    for arguments, sentence in (
        (("model", "kept", "-o", "out", "--trial", "a", "--level", "b", *root), "error: `--trial` and `--level`"),
        (("model", "kept", "-o", "out", "--level", "lion", *root), "error: `--level` must be a level"),
        (("model", "nothing", "-o", "out", *root), "error: a model needs the folder or the name of a sweep"),
    ):
        code, output, errors = command(*arguments)
        assert (code, output) == (2, "")
        assert errors.startswith(sentence)
        assert errors.count("\n") == 1
    assert list(folder.iterdir()) == []
