"""Ray starts, is joined, and trains packs; what does not fit is refused in one sentence."""

from __future__ import annotations

import os
import time

import pytest

from sweep.errors import ResourceError
from sweep.execution.ray import Assignment, Listener, Resources, local_workers, ray_session, resources, train_jobs
from sweep.execution.ray import tuner as tuning
from sweep.execution.ray.scheduler import why_it_died
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec
from trainers.session import TILE_BYTES

RECIPE = Recipe(NetworkSpec((4,)), "float32", 0.0, 0.2, "standard", None, "numpy")


@pytest.fixture
def machine(monkeypatch):
    def machine(cpus, gpus=0):
        monkeypatch.setattr(resources, "available_cpus", lambda: cpus)
        monkeypatch.setattr(resources, "available_gpus", lambda: gpus)

    return machine


@pytest.mark.parametrize(
    ("cpus", "gpus", "resources", "workers"),
    [
        (8, 0, Resources(), 8),
        (8, 0, Resources(cpus_per_worker=3), 2),
        (8, 0, Resources(workers=5), 5),
        (8, 2, Resources(gpus_per_worker=0.5), 4),
        (16, 1, Resources(gpus_per_worker=0.1), 10),
        (2, 8, Resources(gpus_per_worker=1), 2),
    ],
)
def test_this_machine_has_room_for_as_many_workers_as_its_cpus_and_gpus_allow(machine, cpus, gpus, resources, workers):
    machine(cpus, gpus)
    assert local_workers(resources) == workers


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        (Resources(cpus_per_worker=5), "`resources.cpus_per_worker` must be at most the 4 CPUs of this machine."),
        (Resources(workers=3, cpus_per_worker=2), "`resources.workers` must be at most 2, the 4 CPUs of this machine"),
        (Resources(gpus_per_worker=2), "`resources.gpus_per_worker` must fit the 1 GPUs of this machine."),
        (Resources(workers=3, gpus_per_worker=0.5), "Received: 0.5 for each of 3 workers."),
    ],
)
def test_what_this_machine_has_no_room_for_is_refused(machine, resources, said):
    machine(4, 1)
    with pytest.raises(ResourceError) as refused:
        local_workers(resources)
    assert said in str(refused.value)


def test_ray_that_runs_is_joined_and_left_running(ray):
    import ray as library

    with ray_session(Resources(workers=1)) as workers:
        assert workers == 1
    assert library.is_initialized()


def jobs(count: int) -> list[PlannedPack]:
    setting = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 16, "decay": "constant", "epochs": 2}
    trials = [Trial(f"t{number}", Arm("a", "", setting), number) for number in range(count)]
    return [PlannedPack((trial,), (spec_of(trial),), 16, 2, 0.1) for trial in trials]


def train(given, should_stop=lambda: False, cpus=1, on_wait=lambda: None):
    seen, failed = {}, {}
    train_jobs(
        Assignment(given, RECIPE, Resources(cpus_per_worker=cpus), 1, TILE_BYTES),
        load(DataSource("iris")),
        Listener(
            on_report=lambda index, report: seen.setdefault(index, []).append(report),
            on_retry=lambda index: None,
            on_failure=failed.__setitem__,
            on_wait=on_wait,
            should_stop=should_stop,
        ),
    )
    return seen, failed


def test_the_chunks_of_each_job_come_under_its_number_and_nothing_stays_on_the_disk(ray, tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen, failed = train(jobs(3))
    assert failed == {}
    assert {index: [set(report.fingerprints) for report in reports] for index, reports in seen.items()} == {
        0: [{0}],
        1: [{1}],
        2: [{2}],
    }
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("compiled", "tile_bytes"), [(False, 2**20), (True, 2**21)])
def test_a_worker_trains_with_the_kernels_and_tiles_that_it_is_given(compiled, tile_bytes, monkeypatch):
    from sweep.execution.ray import worker

    given = {}
    monkeypatch.setattr(worker, "train_in_reports", lambda *work, **how: given.update(how))
    trainer = worker.PackTrainer.__new__(worker.PackTrainer)
    trainer.work = worker.Work(load(DataSource("iris")), RECIPE, tuple(jobs(1)), 1, compiled, tile_bytes, ".")
    trainer.reset_config({"job": 0})
    assert given == {"compiled": compiled, "tile_bytes": tile_bytes}


def test_a_run_that_is_told_to_stop_ends_without_failures(ray):
    seen, failed = train(jobs(40), should_stop=lambda: True)
    assert len(seen) < 40
    assert failed == {}


def test_the_user_is_told_once_that_workers_are_waited_for(ray, monkeypatch):
    monkeypatch.setattr(tuning, "WAIT_SECONDS", 0.2)
    told, end = [], time.monotonic() + 2
    train(jobs(1), lambda: time.monotonic() > end, cpus=1000, on_wait=lambda: told.append("waits"))
    assert told == ["waits"]
    monkeypatch.setattr(tuning, "WAIT_SECONDS", 30.0)
    train(jobs(1), on_wait=lambda: told.append("waits"))
    assert told == ["waits"]


def test_of_a_worker_that_died_the_likely_cause_is_named():
    error = "Failure # 1\nThe actor died.\n\tpid: 7\nThe actor is dead because its worker process has died. Worker\n"
    assert why_it_died(error).startswith("The worker died again and again, as it does when memory runs out.")
