"""What a reader needs to run a sweep again: the commands, the machine that wrote the report, the fingerprints."""

from __future__ import annotations

import platform
import shlex
from importlib.metadata import PackageNotFoundError, version

from sweep.report.findings import Findings

PACKAGES = ("optimizer-sweep", "numpy", "pandas", "scipy", "ray", "mlflow", "torch", "numba")


def commands(findings: Findings) -> tuple[str, ...]:
    """The commands that make these results and this report again."""
    folder = findings.folder.as_posix()
    return f"sweep run {shlex.quote(f'{folder}/config.yaml')}", f"sweep report {shlex.quote(folder)}"


def environment() -> tuple[tuple[str, str], ...]:
    """Names and versions of what wrote the report."""
    rows = [("Python", platform.python_version()), ("system", f"{platform.system()} {platform.machine()}")]
    for package in PACKAGES:
        try:
            rows.append((package, version(package)))
        except PackageNotFoundError:
            # Optional packages, and the project itself when it runs from its source.
            continue
    return tuple(rows)


def fingerprints(findings: Findings) -> tuple[tuple[str, str], ...]:
    """The hash of the plan, and what every trial of a seed saw."""
    rows = [("plan", findings.plan_hash)]
    for part in ("data", "split", "init", "batches"):
        column = f"fingerprint_{part}"
        if column not in findings.trials:
            continue
        found = findings.trials[findings.trials[column].notna() & (findings.trials[column] != "")]
        if part == "data":
            rows += [("data", str(value)) for value in found[column].unique()]
        elif part in ("split", "init"):
            rows += [
                (f"{part} of seed {seed}", str(value)) for seed, value in found.groupby("seed")[column].first().items()
            ]
        else:
            rows.append(("batches", f"{found[column].nunique()} different orders, by seed, batch size and epochs"))
    return tuple(rows)
