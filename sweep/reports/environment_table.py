"""What is needed to reproduce a sweep: the machine and packages it was trained with, and the fingerprints."""

from __future__ import annotations

from sweep.reports.collect import Findings

NAMES = {
    "mlflow.source.git.commit": "commit",
    "mlflow.source.git.branch": "branch",
    "mlflow.source.git.dirty": "uncommitted changes",
    "python": "Python",
    "machine.os": "system",
    "machine.cpu": "processor",
    "machine.cores": "cores",
    "machine.memory_gib": "memory (GiB)",
}


def environment(findings: Findings) -> tuple[tuple[str, str], ...]:
    """Names and values of the training environment, for each start if the sweep was resumed on another machine."""
    rows = []
    for number, one in enumerate(findings.environments, 1):
        start = f" (start {number})" if len(findings.environments) > 1 else ""
        for key, value in one.items():
            if key == "packages":
                rows += [(f"{name}{start}", version) for name, _, version in (p.partition("=") for p in value.split())]
            else:
                rows.append((f"{NAMES.get(key, key)}{start}", value))
    return tuple(rows)


def fingerprints(findings: Findings) -> tuple[tuple[str, str], ...]:
    """The hash of the plan, and the fingerprints shared by all trials of a seed."""
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
