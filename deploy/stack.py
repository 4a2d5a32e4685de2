"""Runs the services of docker-compose.yml as plain processes on loopback, with the file's commands, and tests them.

`make stack` starts PostgreSQL, MLflow, a Ray head, a worker and the proxy, submits a small sweep through the proxy,
checks the results, and stops everything. `python deploy/stack.py --keep` leaves it running until Ctrl-C.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
ORDER = ("postgres", "mlflow", "ray-head", "worker", "proxy")
PORTS = (5432, 5000, 6379, 8265, 52365, 52366, 10001, 8080)
READY_SECONDS = 60.0
STOP_SECONDS = 30.0
NODE = "127.0.0.2"
"""Address of both Ray nodes; Ray replaces 127.0.0.1 by an address that other machines can reach."""

ACCOUNT = "postgres"
"""User that runs the database if the caller is root, which PostgreSQL refuses."""


def programs() -> str:
    """PATH for all programs: this Python's folder, Debian's PostgreSQL, and the folder of nginx."""
    database = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    return os.pathsep.join(
        [str(Path(sys.executable).parent), *map(str, database[-1:]), os.environ.get("PATH", ""), "/usr/sbin"]
    )


def missing() -> list[str]:
    """Debian packages that the stack needs and that are not installed."""
    needed = {"initdb": "postgresql", "nginx": "nginx", "curl": "curl"}
    return [package for program, package in needed.items() if shutil.which(program, path=programs()) is None]


def interpolate(text: str, values: Mapping[str, str]) -> str:
    """Replace ``${NAME:-default}`` as compose does.

    >>> interpolate("a${X:-1}b${Y:-}c", {"X": "2"})
    'a2bc'
    """
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: values.get(found[1]) or found[2], text)


@dataclass(frozen=True)
class Place:
    """Mapping of the containers' paths, names and ports to this machine.

    Args:
        root: folder to which everything is written.
        ports: mapping from the containers' ports to free ones.
    """

    root: Path
    ports: Mapping[int, int]

    def here(self, text: str) -> str:
        """Translate text written for a container to this machine."""
        text = text.replace("ray-head:6379", f"{NODE}:6379")
        text = re.sub(r"\b(postgres|mlflow|ray-head):(?=\d)", "127.0.0.1:", text)
        text = text.replace("0.0.0.0", "127.0.0.1").replace("listen_addresses=*", "listen_addresses=127.0.0.1")
        text = text.replace("listen 8080", "listen 127.0.0.1:8080")
        text = re.sub(r"\b\d{4,5}\b", lambda found: str(self.ports.get(int(found[0]), found[0])), text)
        folders = "run/secrets|var/lib/postgresql/data|mlartifacts|etc/mlflow|etc/nginx|sweeps|tmp|home/sweep"
        return re.sub(rf"(?<![\w./])/(?={folders})", f"{self.root}/", text)


def free_ports() -> dict[int, int]:
    """A free port for each of the containers' ports, below the range that Ray assigns to its workers."""
    found: dict[int, int] = {}
    while len(found) < len(PORTS):
        port = 2000 + secrets.randbelow(7900)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found.values():
            found[PORTS[len(found)]] = port
    return found


class Stack:
    """The running services; create it with `running`.

    Args:
        root: a new folder with a short path, since it contains Ray's sockets.
        settings: values as in ``.env``.
    """

    def __init__(self, root: Path, settings: Mapping[str, str]) -> None:
        self.place = Place(root, free_ports())
        self.settings = settings
        text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
        self.services: dict[str, Any] = yaml.safe_load(interpolate(text, settings))["services"]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, int] = {}
        self.url = f"http://127.0.0.1:{self.place.ports[8080]}"

    def secret(self, name: str) -> str:
        """One of the secrets."""
        return (self.place.root / "run/secrets" / name).read_text(encoding="utf-8")

    def client_environment(self) -> dict[str, str]:
        """Environment of a user of the stack, with Ray's token and MLflow's password."""
        return {
            "PATH": programs(),
            "HOME": str(self.place.root / "user"),
            "PYTHONPATH": str(ROOT),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": self.secret("ray_token"),
            "RAY_API_SERVER_ADDRESS": f"{self.url}/ray",
            "MLFLOW_TRACKING_URI": self.url,
            "MLFLOW_TRACKING_USERNAME": "admin",
            "MLFLOW_TRACKING_PASSWORD": self.secret("mlflow_password"),
        }

    def prepare(self) -> None:
        """Create folders, secrets and configuration files, and initialize the database as its image would."""
        root = self.place.root
        root.chmod(0o755)
        for name in ("run/secrets", "mlartifacts", "etc/mlflow", "etc/nginx", "sweeps", "tmp", "home/sweep", "user"):
            (root / name).mkdir(parents=True)
        subprocess.run(
            [sys.executable, ROOT / "deploy/make_secrets.py", root / "run/secrets"], check=True, capture_output=True
        )
        (root / "run/secrets").chmod(0o755)
        for source, target in (("mlflow-auth.ini", "etc/mlflow/auth.ini"), ("nginx.conf", "etc/nginx/nginx.conf")):
            text = (ROOT / "deploy" / source).read_text(encoding="utf-8")
            (root / target).write_text(self.place.here(text), encoding="utf-8")
        self._make_database()

    def _make_database(self) -> None:
        data = self.place.root / "var/lib/postgresql/data"
        data.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(data, ACCOUNT)
        told = self.services["postgres"]["environment"]
        password = self.place.here(told["POSTGRES_PASSWORD_FILE"])
        arguments = [*told["POSTGRES_INITDB_ARGS"].split(), f"--pgdata={data}", f"--username={told['POSTGRES_USER']}"]
        self._as_database("initdb", *arguments, f"--pwfile={password}", "--no-sync")
        # The image creates the database in single-user mode, before the server listens.
        command = f'CREATE DATABASE "{told["POSTGRES_DB"]}"'
        self._as_database("postgres", "--single", "-D", str(data), "postgres", given=command.encode())

    def _as_database(self, *command: str, given: bytes = b"") -> None:
        user = ACCOUNT if os.geteuid() == 0 else None
        done = subprocess.run(
            command, input=given, user=user, cwd=self.place.root, env={"PATH": programs()}, capture_output=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode())

    def start(self, name: str) -> None:
        """Start a service with its command."""
        service = self.services[name]
        command = [self.place.here(part) for part in service["command"]]
        user = None
        if name == "postgres":
            command += ["-D", str(self.place.root / "var/lib/postgresql/data"), "-k", str(self.place.root / "tmp")]
            user = ACCOUNT if os.geteuid() == 0 else None
            (self.place.root / "tmp").chmod(0o1777)
        else:
            command = [str(ROOT / "deploy/with-secrets.sh"), *command]
        if command[1:3] == ["ray", "start"]:
            command.append(f"--node-ip-address={NODE}")
        with (self.place.root / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=self.place.root / "sweeps",
                env=self.environment(name),
                user=user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started[name] = self.processes[name].pid

    def environment(self, name: str) -> dict[str, str]:
        """Environment of a service in the compose file, and PATH."""
        told = self.services[name].get("environment", {})
        return {"PATH": programs(), "LANG": "C.UTF-8", **{key: self.place.here(value) for key, value in told.items()}}

    def start_all(self) -> None:
        """Start each service once its dependencies are healthy, until all are healthy.

        Raises:
            RuntimeError: if one exits or does not become healthy.
        """
        healthy: set[str] = set()
        end = time.monotonic() + READY_SECONDS
        while healthy != set(ORDER):
            for name in (name for name in ORDER if name not in healthy):
                if name in self.processes:
                    if self._is_healthy(name):
                        healthy.add(name)
                    elif self.processes[name].poll() is not None or time.monotonic() > end:
                        raise RuntimeError(f"{name} did not become healthy:\n{self.log(name)[-3000:]}")
                elif self.services[name].get("depends_on", {}).keys() <= healthy:
                    self.start(name)
            time.sleep(0.1)

    def _is_healthy(self, name: str) -> bool:
        check = [self.place.here(part) for part in self.services[name]["healthcheck"]["test"][1:]]
        return subprocess.run(check, env=self.environment(name), capture_output=True).returncode == 0

    def log(self, name: str) -> str:
        """The log of a service."""
        return (self.place.root / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def stop_all(self) -> None:
        """Stop all services, dependents before their dependencies."""
        for name in reversed(ORDER):
            if name in self.processes:
                self.stop(name)

    def stop(self, name: str) -> None:
        """Stop a service as `docker compose stop` does: with SIGTERM, then SIGKILL if it does not exit."""
        process = self.processes.pop(name)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def running(settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Run the whole stack, and remove all of it afterwards."""
    root = Path(tempfile.mkdtemp(prefix="stack-", dir="/tmp"))
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, root, ignore_errors=True)
        chosen = {"WORKER_CPUS": "2", "RAY_OBJECT_STORE_BYTES": "100000000", **(settings or {})}
        stack = Stack(root, chosen)
        ending.callback(stack.stop_all)
        stack.prepare()
        stack.start_all()
        yield stack


def say(stack: Stack, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run `sweep` as a user of the stack would, and print its output."""
    print("$ sweep", *command, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "sweep", *command],
        cwd=stack.place.root / "user",
        env=stack.client_environment(),
        capture_output=True,
        text=True,
    )
    print(done.stdout + done.stderr, flush=True)
    return done


SWEEP = """
question: Does a sweep run on the stack?
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 5}
optimizers: {adam: {learning_rate: [0.01, 0.1]}}
seeds: 2
"""


def demonstrate(stack: Stack) -> None:
    """Submit a small sweep through the proxy, follow its log, and fetch its results.

    Raises:
        RuntimeError: if any step fails.
    """
    (stack.place.root / "user/small.yaml").write_text(SWEEP, encoding="utf-8")
    submitted = say(stack, ["submit", "small.yaml"])
    if submitted.returncode:
        raise RuntimeError("the sweep was not submitted")
    job_id = submitted.stdout.split()[1]
    for command in (["logs", "-f", job_id], ["jobs"], ["results", job_id]):
        if say(stack, command).returncode:
            raise RuntimeError(f"`sweep {' '.join(command)}` failed")


def main() -> None:
    """Run the stack and test it."""
    if lacking := missing():
        sys.exit(f"the stack needs {', '.join(lacking)}: apt-get install {' '.join(lacking)}")
    for number in (signal.SIGINT, signal.SIGTERM):
        # Exit by unwinding the stack, also where a shell started this in the background with SIGINT ignored.
        signal.signal(number, lambda *_: sys.exit(130))
    begun = time.monotonic()
    with running() as stack:
        print(f"{', '.join(ORDER)} healthy after {time.monotonic() - begun:.0f} s behind {stack.url}", flush=True)
        demonstrate(stack)
        if "--keep" in sys.argv:
            for name, value in stack.client_environment().items():
                print(f"export {name}={value}")
            print("ends with Ctrl-C", flush=True)
            signal.pause()
    print(f"all ended after {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
