"""Downloads the results folder of a job: a small job prints it as an archive, which is read from its log."""

from __future__ import annotations

import base64
import binascii
import io
import tarfile
import time
from pathlib import Path, PurePosixPath

from sweep.errors import ResultsError
from sweep.service.cluster import Cluster
from sweep.service.submission import FOLDER
from sweep.system.invocation import command

BEGIN, END = "----- results begin", "----- results end"

PACK = f"""python - {{folder}} <<'PACK'
import base64, io, os, sys, tarfile
folder = sys.argv[1]
if not os.path.isdir(folder):
    sys.exit(3)
held = io.BytesIO()
with tarfile.open(fileobj=held, mode="w:gz") as archive:
    unlocked = lambda item: None if item.name.endswith(("/.lock", "/.holder.json")) else item
    archive.add(folder, arcname=os.path.basename(folder), filter=unlocked)
print("{BEGIN}")
print(base64.b64encode(held.getvalue()).decode())
print("{END}")
PACK
"""
"""Does not import the project, so that an empty working folder suffices."""

PATIENCE_SECONDS = 300.0
ASK_SECONDS = 0.5


def retrieve(cluster: Cluster, job_id: str, output: Path) -> Path:
    """Copy the results folder of a job, as it is now, into ``output``.

    Args:
        cluster: cluster that has the job.
        job_id: id from `sweep submit`.
        output: parent folder of the copy; created if missing.

    Returns:
        path of the copied folder.

    Raises:
        ResultsError: if the job has no results yet, or was not started by `sweep submit`.
    """
    job = cluster.job(job_id)
    folder = job.metadata.get(FOLDER)
    if folder is None:
        raise ResultsError(f"a job must come from `sweep submit` to have results. Received: {job_id}.")
    packing = cluster.submit(PACK.format(folder=folder), None, {})
    end = time.monotonic() + PATIENCE_SECONDS
    while not (state := cluster.job(packing)).ended and time.monotonic() < end:
        time.sleep(ASK_SECONDS)
    log = cluster.logs(packing)
    if state.ended:
        cluster.forget(packing)
    _, begun, rest = log.rpartition(BEGIN + "\n")
    packed, ended, _ = rest.partition(END)
    if not begun or not ended:
        raise ResultsError(
            f"a job must have written results to bring them here. Received: {job_id}, which is {job.status}. "
            f"`{command('logs', job_id)}` shows how far it is."
        )
    return _unpack(packed, output, PurePosixPath(folder).name, job_id)


def _unpack(packed: str, output: Path, name: str, job_id: str) -> Path:
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed, validate=False)), mode="r:gz") as archive:
            archive.extractall(output, filter="data")
    except (OSError, EOFError, tarfile.TarError, binascii.Error) as error:
        raise ResultsError(
            f"the results must arrive whole and be written to `{output}` ({error}). Received: those of {job_id}. "
            "Try again, or choose another folder by `--output`."
        ) from error
    return output / name
