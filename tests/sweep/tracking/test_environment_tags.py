"""Where a sweep ran."""

from __future__ import annotations

import subprocess

from sweep.tracking.environment_tags import environment_tags, git_tags


def git(folder, *arguments):
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    done = subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_commit_and_the_dirty_flag_are_those_of_the_repository(tmp_path):
    git(tmp_path, "init", "-b", "main")
    (tmp_path / "a.txt").write_text("1")
    git(tmp_path, "add", "a.txt")
    git(tmp_path, "commit", "-m", "first")
    tags = git_tags(tmp_path)
    assert tags["mlflow.source.git.commit"] == git(tmp_path, "rev-parse", "HEAD")
    assert (tags["mlflow.source.git.branch"], tags["mlflow.source.git.dirty"]) == ("main", "false")
    (tmp_path / "a.txt").write_text("2")
    assert git_tags(tmp_path)["mlflow.source.git.dirty"] == "true"


def test_a_folder_outside_of_any_repository_has_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_tags(tmp_path) == {}


def test_a_machine_without_git_has_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_tags(tmp_path) == {}


def test_packages_and_machine_are_named(tmp_path):
    tags = environment_tags(tmp_path)
    assert "mlflow=" in tags["packages"]
    assert int(tags["machine.cores"]) >= 1
    assert all(tags.values())
