"""`sweep pause`, `resume`, `extend` and `set` ask a sweep that runs, and run one that has ended again."""

from __future__ import annotations

import pytest

import sweep
from sweep import load_config, load_results
from sweep.results.requests import Request, take_requests
from sweep.system.folder_lock import lock_folder

SWEEP = """
name: steered
data: {name: iris}
network: {hidden: [4]}
trainer: {epochs: 1}
optimizers: {sgd: {learning_rate: {log_uniform: [0.01, 1.0]}}}
search: {method: random, trials: 2}
resources: {executor: inline}
tracking: {enabled: false}
report: false
"""
KINDS = frozenset(("pause", "resume", "workers", "limits", "extend"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a sweep of two settings, that has run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    return sweep.run(load_config("sweep.yaml")).path.resolve()


def test_a_running_sweep_is_asked_and_each_command_says_so(command, folder):
    lock = lock_folder(folder)
    try:
        for arguments, said in (
            (("pause", "steered"), "pausing results/"),
            (("resume", "steered"), "results/"),
            (("set", "steered", "limits.trials=5"), "results/"),
            (("extend", "steered", "--trials", "+3"), "results/"),
        ):
            code, output, errors = command(*arguments)
            assert (code, errors) == (0, "")
            assert output.startswith(said)
            assert output.count("\n") == 1
    finally:
        lock.release()
    assert take_requests(folder, KINDS) == [
        Request("pause"),
        Request("resume"),
        Request("limits", {"trials": 5}),
        Request("extend", {"more": 3}),
    ]


def test_a_sweep_that_has_ended_grows_in_its_own_folder_and_trains_only_what_is_new(command, folder):
    first = load_results(folder).trials
    code, output, _ = command("extend", "steered", "--trials", "+1")
    assert code == 0
    assert "3/3" in output
    trials = load_results(folder).trials
    assert trials["trial_id"].tolist()[:2] == first["trial_id"].tolist()
    assert trials["ended_seconds"].tolist()[:2] == first["ended_seconds"].tolist()
    assert len(trials) == 3
    assert load_config(folder / "config.yaml").search.trials == 3


def test_a_sweep_that_has_ended_is_run_again_as_it_was(command, folder):
    code, output, _ = command("resume", "steered")
    assert code == 0
    assert "nothing was trained" in output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("pause", "steered"), "error: `sweep pause` needs a sweep that runs."),
        (("set", "steered", "resources.workers=2"), "error: `sweep set` needs a sweep that runs."),
        (("extend", "steered", "--trials", "2"), "error: `--trials` must be more than the 2 settings of now."),
        (("resume", "none"), "error: `sweep resume` needs the folder or the name of a sweep that has run."),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_exit_code_2(command, folder, arguments, sentence):
    code, output, errors = command(*arguments)
    assert (code, output) == (2, "")
    assert errors.startswith(sentence)
    assert errors.count("\n") == 1
