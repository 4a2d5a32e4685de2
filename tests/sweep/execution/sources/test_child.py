"""In the process of the training: how a user's function may end, and what becomes of its reports."""

from __future__ import annotations

import math

import pytest

# Each setting names a case; the process is the same for all that survive.
CASES = """
    import os
    import sys
    import threading
    import time

    import numpy as np

    IMPORTED_IN = os.getpid()

    def train(trial):
        return globals()[trial.setting["case"]](trial)

    def good(trial):
        for epoch in range(1, trial.epochs + 1):
            trial.report(val_loss=1 / epoch)

    def nothing(trial):
        return 3

    def another_metric(trial):
        trial.report(val_f1=0.5)
        trial.report(train_loss=0.5)

    def text(trial):
        trial.report(val_loss=0.5)
        trial.report(val_loss="low")

    def an_array(trial):
        trial.report(val_loss=np.zeros((2, 3)))

    def numbers(trial):
        trial.report(val_loss=np.array(0.5))
        trial.report(val_loss=np.float16(0.25), val_f1=float("nan"))

    def falling(trial):
        trial.report(val_loss=1, epoch=2)
        trial.report(val_loss=1, epoch=1)

    def raises(trial):
        trial.report(val_loss=0.5)
        print("the last words")
        raise RuntimeError("boom")

    def exits(trial):
        sys.exit("no data")

    def interrupts(trial):
        raise KeyboardInterrupt

    def saves_an_object(trial):
        trial.save({"net": object()})

    def diverges(trial):
        trial.report(val_loss=0.5)
        trial.report(val_loss=float("inf"), step=70)
        trial.report(val_loss=0.1)

    def swallows(trial):
        for _ in range(trial.epochs):
            try:
                trial.report(val_loss=float("nan"))
            except Exception:
                pass

    def raises_after_its_end(trial):
        try:
            trial.report(val_loss=float("nan"))
        finally:
            raise ValueError("in the clean-up")

    def yields(trial):
        for epoch in range(1, trial.epochs + 1):
            yield {"val_loss": 1 / epoch, "epoch": 10 * epoch, "step": epoch}

    def yields_a_number(trial):
        yield 0.5

    def yields_until_it_diverges(trial):
        try:
            yield {"val_loss": 0.5}
            yield {"val_loss": float("nan")}
            print("not reached")
        finally:
            print("closed")

    def yields_a_falling_epoch(trial):
        try:
            yield {"val_loss": 0.5, "epoch": 2}
            yield {"val_loss": 0.5, "epoch": 1}
        finally:
            print("closed")

    def returns_an_iterator(trial):
        return iter([{"val_loss": 0.5}, {"val_loss": float("nan")}, {"val_loss": 0.1}])

    def yields_names_that_are_no_text(trial):
        yield {1: 0.5}

    def fast(trial):
        for number in range(20_000):
            trial.report(val_loss=number)

    def threads(trial):
        def report():
            for _ in range(50):
                trial.report(val_loss=0.5, **{f"m{n}": 0.5 for n in range(100)})
        workers = [threading.Thread(target=report) for _ in range(4)]
        [worker.start() for worker in workers]
        [worker.join() for worker in workers]

    def leaves_a_thread(trial):
        trial.report(val_loss=0.5)
        def report():
            time.sleep(0.3)
            trial.report(val_loss=99)
        threading.Thread(target=report, daemon=True).start()

    def slow(trial):
        for _ in range(3):
            time.sleep(0.2)
            trial.report(val_loss=0.5)

    def closes_its_output(trial):
        sys.stdout.close()
        sys.stderr.close()
        raise RuntimeError("after closing")

    def replaces_its_output(trial):
        sys.stdout = None
        sys.stderr = object()
        trial.report(val_loss=0.5)

    def prints(trial):
        print("printed")
        os.system("echo by a command")
        trial.report(val_loss=0.5)

    def changes_the_folder(trial):
        os.mkdir("below")
        os.chdir("below")
        trial.report(val_loss=0.5)

    def where_it_is(trial):
        print(os.path.basename(os.getcwd()))
        trial.report(val_loss=0.5)

    def forks(trial):
        if not os.fork():
            trial.report(val_loss=77)
            return
        time.sleep(0.3)
        trial.report(val_loss=0.5)

    def forks_and_goes_on(trial):
        trial.report(val_loss=0.5)
        os.fork()

    def fingerprints(trial):
        trial.fingerprint("split", np.arange(3))
        trial.report(val_loss=0.5)

    def knows_itself(trial):
        trial.report(val_loss=trial.generator("start").random(), pid=os.getpid(), imported_in=IMPORTED_IN)
"""


@pytest.fixture(scope="module")
def own(workshop):
    return workshop.function(CASES, epochs=3)


def test_a_function_that_reports_is_completed(own):
    trained = own.train(case="good")
    assert trained.status == "COMPLETED"
    assert trained.epochs == [1, 2, 3]
    assert trained.values("val_loss") == [1, 1 / 2, 1 / 3]


def test_arrays_without_dimensions_are_numbers_and_another_metric_may_be_missing(own):
    trained = own.train(case="numbers")
    assert (trained.status, trained.values("val_loss")) == ("COMPLETED", [0.5, 0.25])
    assert all(math.isnan(value) for value in trained.values("val_f1"))


FAILURES = {
    "nothing": "the training must report a metric or more. Received: no report. Call `trial.report(val_loss=...)`.",
    "another_metric": (
        "the training must report `val_loss`, the metric of the sweep. Received: train_loss, val_f1. Report it, or "
        "change `metric.name`."
    ),
    "text": "the metric `val_loss` must be a number. Received: str, 'low'. Report a number.",
    "an_array": "the metric `val_loss` must be a number. Received: ndarray, shape (2, 3). Report a number.",
    "falling": "`epoch` must rise from report to report, and was 2. Received: 1. Report all",
    "raises": "RuntimeError at MODULE:43 (boom)",
    "exits": "SystemExit at MODULE:46 (no data)",
    "interrupts": "KeyboardInterrupt at MODULE:49",
    "saves_an_object": "`trial.save` takes mappings, lists and tuples of numbers, text, bytes,",
    "yields_a_number": "a training that yields must yield its metrics as a mapping. Received: float. Yield such as",
    "yields_names_that_are_no_text": "the training must report `val_loss`, the metric of the sweep. Received: 1.",
    "closes_its_output": "RuntimeError at MODULE",
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_function_fails_with_its_reason_and_its_process_goes_on(own, case):
    own.train(case="good")
    pid = own.pid
    trained = own.train(case=case)
    assert trained.status == "FAILED"
    module = next(path.name for path in own.folder.glob("*.py"))
    expected = FAILURES[case].replace("MODULE", module)
    assert trained.error.startswith(expected)
    assert own.pid == pid
    assert own.train(case="good").status == "COMPLETED"


def test_what_was_reported_before_a_failure_is_kept_and_the_last_words_are_in_the_reason(own):
    trained = own.train(case="raises")
    assert trained.values("val_loss") == [0.5]
    assert trained.error.endswith("(boom); it printed last: the last words")
    assert trained.tags["output"] == own.output()
    assert own.output().startswith("the last words\nTraceback (most recent call last):\n")
    assert own.output().endswith("RuntimeError: boom\n")


def test_divergence_ends_a_trial_with_its_step_and_last_loss(own):
    trained = own.train(case="diverges")
    assert (trained.status, trained.end.step, trained.end.last_finite_loss) == ("DIVERGED", 70, 0.5)
    assert trained.values("val_loss") == [0.5]
    assert trained.error == ""


@pytest.mark.parametrize("case", ["swallows", "raises_after_its_end"])
def test_the_end_of_a_trial_is_not_undone_by_the_function(own, case):
    trained = own.train(case=case)
    assert (trained.status, trained.error, trained.epochs) == ("DIVERGED", "", [])


def test_a_generator_means_the_same_as_reports(own):
    trained = own.train(case="yields")
    assert (trained.status, trained.epochs) == ("COMPLETED", [10, 20, 30])
    assert trained.values("steps") == [1, 2, 3]


def test_a_generator_is_closed_when_the_trial_ends(own):
    trained = own.train(case="yields_until_it_diverges")
    assert (trained.status, trained.values("val_loss")) == ("DIVERGED", [0.5])
    assert own.output() == "closed\n"


def test_a_generator_is_closed_when_what_it_yields_is_refused(own):
    assert own.train(case="yields_a_falling_epoch").status == "FAILED"
    assert own.output() == "closed\n"


def test_any_iterator_of_mappings_will_do(own):
    trained = own.train(case="returns_an_iterator")
    assert (trained.status, trained.error, trained.values("val_loss")) == ("DIVERGED", "", [0.5])


def test_twenty_thousand_reports_at_once_are_thinned_and_told(own):
    trained = own.train(case="fast")
    values = trained.values("val_loss")
    assert trained.status == "COMPLETED"
    assert 1000 < len(values) < 2000
    assert values[:1000] == list(range(1000))
    assert values[-1] == 19_999
    assert trained.tags == {"thinned_reports": f"{20_000 - len(values):,} reports came too fast and were left out"}


def test_threads_may_report_at_once(own):
    trained = own.train(case="threads")
    assert trained.status == "COMPLETED"
    assert trained.epochs == list(range(1, 201))


def test_a_thread_that_is_left_behind_cannot_report_into_the_next_trial(own):
    own.train(case="leaves_a_thread")
    assert own.train(case="slow").values("val_loss") == [0.5] * 3


@pytest.mark.parametrize("case", ["closes_its_output", "replaces_its_output"])
def test_a_trial_that_closes_its_output_costs_the_next_one_nothing(own, case):
    own.train(case=case)
    assert own.train(case="prints").status == "COMPLETED"
    assert own.output() == "printed\nby a command\n"


def test_a_trial_that_changes_the_folder_costs_the_next_one_nothing(own):
    own.train(case="changes_the_folder")
    own.train(case="where_it_is")
    assert own.output() == f"{own.folder.name}\n"


def test_a_process_that_forks_cannot_report_twice(own):
    trained = own.train(case="forks")
    assert (trained.status, trained.values("val_loss")) == ("COMPLETED", [0.5])
    assert "`trial.report` must be called in the process" in own.output()


def test_a_process_that_returns_twice_ends_its_trial_once(own):
    assert own.train(case="forks_and_goes_on").status == "COMPLETED"
    trained = own.train(case="slow")
    assert (trained.status, len(trained.epochs)) == ("COMPLETED", 3)


def test_fingerprints_belong_to_the_seed(own):
    trained = own.train(seed=5, case="fingerprints")
    (found,) = trained.reports[-1].fingerprints.items()
    assert found[0] == 5
    assert set(found[1]) == {"split"}


def test_imports_are_paid_once_and_streams_belong_to_the_seed(own):
    first, second, other = (own.train(seed=seed, case="knows_itself") for seed in (1, 1, 2))
    for name in ("pid", "imported_in"):
        assert {trained.values(name)[0] for trained in (first, second, other)} == {own.pid}
    assert first.values("val_loss") == second.values("val_loss") != other.values("val_loss")


def test_a_function_that_cannot_be_imported_is_one_sentence(workshop):
    trained = workshop.function("import no_such_module_anywhere").train()
    assert trained.status == "FAILED"
    assert trained.error.startswith("the training cannot be loaded: ModuleNotFoundError at ")
    assert "(No module named 'no_such_module_anywhere')" in trained.error


def test_a_target_ends_the_trial_in_the_process_itself(workshop):
    own = workshop.function(CASES, epochs=50, stop_at=0.25)
    trained = own.train(case="good")
    assert (trained.status, trained.epochs) == ("STOPPED", [1, 2, 3, 4])
