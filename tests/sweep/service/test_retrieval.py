"""The results of a job come whole into the folder that was asked for, or it is said why not."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from sweep.errors import ResultsError
from sweep.service.cluster import Job
from sweep.service.retrieval import _unpack, retrieve
from sweep.service.submission import FOLDER


class Head:
    """A head whose jobs really run in a shell here, each to its end before it is asked for.

    Args:
        metadata: of the job ``sweep``, whose results are asked for.
        said: what the shell prints before each job's own lines.
    """

    def __init__(self, metadata: dict[str, str], said: str = "") -> None:
        self.known = {"sweep": Job("sweep", "RUNNING", 1.0, None, metadata, "")}
        self.printed: dict[str, str] = {}
        self.said = said

    def job(self, job_id: str) -> Job:
        return self.known[job_id]

    def submit(self, entrypoint: str, folder: Path | None, metadata: dict[str, str]) -> str:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(["sh", "-c", entrypoint], env={"PATH": path}, capture_output=True, text=True, check=False)
        self.known["packing"] = Job("packing", "FAILED" if done.returncode else "SUCCEEDED", 1.0, 2.0, {}, "")
        self.printed["packing"] = self.said + done.stdout
        return "packing"

    def logs(self, job_id: str) -> str:
        return self.printed[job_id]

    def forget(self, job_id: str) -> None:
        del self.known[job_id]


@pytest.fixture
def results(tmp_path):
    """Results on the head, which a running sweep holds locked."""
    folder = tmp_path / "on the head" / "small-1a2b3c4d"
    (folder / "figures").mkdir(parents=True)
    (folder / "plan.json").write_text('{"hash": "1a2b"}', encoding="utf-8")
    (folder / "figures/curves.png").write_bytes(bytes(range(256)))
    (folder / ".lock").write_text("", encoding="utf-8")
    (folder / ".holder.json").write_text("{}", encoding="utf-8")
    return folder


def test_results_come_whole_but_without_the_lock_of_the_sweep_that_writes_them(results, tmp_path):
    head = Head({FOLDER: f'"{results.parent}"/{results.name}'})
    folder = retrieve(head, "sweep", tmp_path / "here")
    assert folder == tmp_path / "here/small-1a2b3c4d"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "figures/curves.png",
        "plan.json",
    ]
    assert (folder / "figures/curves.png").read_bytes() == bytes(range(256))
    # The job that packed them is off the list again.
    assert head.known.keys() == {"sweep"}


def test_what_the_head_prints_before_the_results_is_no_part_of_them(results, tmp_path):
    head = Head({FOLDER: f'"{results.parent}"/{results.name}'}, "Welcome\n----- results begin\nnot yet\n")
    assert (retrieve(head, "sweep", tmp_path / "here") / "plan.json").is_file()


def test_a_job_without_results_so_far_is_named_with_its_status(tmp_path):
    head = Head({FOLDER: str(tmp_path / "missing")})
    with pytest.raises(ResultsError, match=r"must have written results .* Received: sweep, which is RUNNING\. .*logs"):
        retrieve(head, "sweep", tmp_path / "here")
    assert not (tmp_path / "here").exists()
    assert head.known.keys() == {"sweep"}


def test_a_job_that_was_not_submitted_as_a_sweep_is_refused_before_anything_runs(tmp_path):
    head = Head({})
    with pytest.raises(ResultsError, match=r"must come from `sweep submit` to have results\. Received: sweep\."):
        retrieve(head, "sweep", tmp_path)
    assert head.printed == {}


def packed(name):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 2
        archive.addfile(member, io.BytesIO(b"hi"))
    return base64.b64encode(held.getvalue()).decode()


def test_results_are_unpacked_into_the_folder_that_was_asked_for(tmp_path):
    assert _unpack(packed("sweep-1/plan.json"), tmp_path / "new", "sweep-1", "job") == tmp_path / "new/sweep-1"
    assert (tmp_path / "new/sweep-1/plan.json").read_text(encoding="utf-8") == "hi"


@pytest.mark.parametrize("sent", ["bm8gYXJjaGl2ZQ==", packed("../outside"), packed("sweep-1/plan.json")[:-30]])
def test_results_that_are_not_whole_or_would_leave_their_folder_are_refused(tmp_path, sent):
    with pytest.raises(ResultsError, match="the results must arrive whole"):
        _unpack(sent, tmp_path / "new", "sweep-1", "job")
    assert not (tmp_path / "outside").exists()
