"""What a reader needs to run a sweep again: the machine that wrote the report, the fingerprints."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from sweep.report.findings import Findings

PACKAGES = ("optimizer-sweep", "numpy", "pandas", "scipy", "ray", "mlflow", "torch", "numba")


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
    rows = [("plan", findings.plan_hash)] if findings.plan_hash else []
    for part in ("data", "split", "init", "batches"):
        column = f"fingerprint_{part}"
        if column not in findings.trials:
            continue
        found = findings.trials[findings.trials[column].notna() & (findings.trials[column] != "")]
        if found.empty:
            continue
        if part == "data":
            rows += [("data", str(value)) for value in found[column].unique()]
        elif part in ("split", "init"):
            rows += [
                (f"{part} of seed {seed}", str(value)) for seed, value in found.groupby("seed")[column].first().items()
            ]
        else:
            rows.append(("batches", f"{found[column].nunique()} different orders, by seed, batch size and epochs"))
    return tuple(rows)
