"""The files of the deployment: valid by the schemas of those who read them, pinned, and without a secret."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
MANIFESTS = sorted((ROOT / "deploy/kuberay").glob("*.yaml"))


def compose_problems(path: Path) -> str:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_compose_follows_the_compose_specification():
    assert compose_problems(ROOT / "docker-compose.yml") == ""


def test_a_misspelt_key_of_a_service_would_be_found(tmp_path):
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").replace("healthcheck:", "healthchek:", 1)
    (tmp_path / "docker-compose.yml").write_text(text, encoding="utf-8")
    assert "healthchek" in compose_problems(tmp_path / "docker-compose.yml")


def test_only_the_proxy_is_published_and_only_to_this_machine():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "proxy": ["${SWEEP_BIND:-127.0.0.1}:${SWEEP_PORT:-8080}:8080"]
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_rights_that_it_does_not_need(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].split(":")[0]) > 0
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["healthcheck"]["test"][0] == "CMD"


def test_services_wait_for_the_health_of_those_that_they_need():
    waits = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    assert {name: sorted(needs) for name, needs in waits.items() if needs} == {
        "mlflow": ["postgres"],
        "proxy": ["mlflow", "ray-head"],
        "worker": ["ray-head"],
    }
    assert {need["condition"] for needs in waits.values() for need in needs.values()} == {"service_healthy"}


def test_images_are_pinned():
    for name, service in SERVICES.items():
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+[\w.-]*", service["image"]), name
    assert SERVICES["worker"]["image"] == SERVICES["ray-head"]["image"] == SERVICES["mlflow"]["image"]


def test_the_image_of_the_project_takes_the_versions_that_are_tested():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "pip install -c constraints.txt" in dockerfile
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"python:3.11.14-slim-bookworm"}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"', project, re.MULTILINE)
    assert version is not None
    assert SERVICES["worker"]["image"] == f"optimizer-sweep:{version[1]}"


def test_the_manifests_name_the_ray_that_is_tested():
    pinned = re.search(r"^ray==(.+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned is not None
    text = "".join(path.read_text(encoding="utf-8") for path in MANIFESTS)
    assert set(re.findall(r'rayVersion: "(.+)"', text)) == {pinned[1]}


def test_no_secret_is_in_a_file_that_git_keeps():
    settings = [value for service in SERVICES.values() for value in service.get("environment", {}).items()]
    secret = [(key, value) for key, value in settings if re.search("PASSWORD|TOKEN|SECRET", key)]
    assert secret
    assert [key for key, value in secret if not str(value).startswith("/run/secrets/")] == []
    assert {entry["file"] for entry in COMPOSE["secrets"].values()} == {
        f"./deploy/secrets/{name}" for name in COMPOSE["secrets"]
    }
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert not re.search(r"PASSWORD|TOKEN|SECRET", (ROOT / ".env.example").read_text(encoding="utf-8"))


def test_every_setting_of_the_example_is_one_of_the_compose_file():
    given = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert given == set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def test_each_secret_is_made_once_and_read_by_its_owner_and_the_containers_alone(tmp_path):
    folder = tmp_path / "secrets"
    command = [sys.executable, ROOT / "deploy/make_secrets.py", folder]
    subprocess.run(command, check=True, capture_output=True)
    made = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert made.keys() == COMPOSE["secrets"].keys()
    assert len(set(made.values())) == len(made)
    assert min(map(len, made.values())) >= 32
    assert folder.stat().st_mode & 0o077 == 0
    assert subprocess.run(command, check=True, capture_output=True).stdout == b""
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == made


def test_the_dockerfile_passes_its_linter():
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("hadolint is not installed (the extra `test`)")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def pod_templates(manifest):
    spec = manifest["spec"].get("rayClusterSpec", manifest["spec"])
    return [group["template"] for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"])]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_the_pods_of_a_manifest_follow_the_schema_of_kubernetes(path):
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    checked = 0
    for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        if manifest["apiVersion"] == "ray.io/v1":
            parts = [
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "ray"}, **template}
                for template in pod_templates(manifest)
            ]
        else:
            parts = [manifest]
        for part in parts:
            kubernetes_validate.validate(part, "1.31", strict=True)
            checked += 1
    assert checked >= 2


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_the_pods_of_a_manifest_have_no_rights_that_they_do_not_need(path):
    for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        if manifest["apiVersion"] != "ray.io/v1":
            continue
        for template in pod_templates(manifest):
            assert template["spec"]["securityContext"]["runAsNonRoot"] is True
            for container in template["spec"]["containers"]:
                assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
                assert set(container["resources"]["limits"]) == {"cpu", "memory"}
