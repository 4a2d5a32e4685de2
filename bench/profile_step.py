"""Profiles a training step, plain and compiled, by sampling with py-spy including native frames.

Prints the fraction of samples within a tile's steps for each kind of work. Needs `py-spy` and permission to trace your
own processes.

Usage: python bench/profile_step.py [--seconds N]
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

from step import CASES, arrays, pack_step
from threadpoolctl import threadpool_limits

KINDS = {
    "matrix multiplies": r"gemm",
    "square root": r"FLOAT_sqrt",
    "division": r"FLOAT_divide",
    "exponential and logarithm": r"_exp_|_log_|logf|expf",
    "bool to float": r"cast_bool",
    "multiply, add, subtract, compare": r"FLOAT_|simd_binary|LONG_|BOOL_",
    "gather": r"take|mapiter|fancy",
    "sums": r"pairwise|reduce",
    "copies": r"memcpy|memmove|libc\.so",
    "fused kernels": r"^0x|_adam|shift_by_largest|softmax_gradient|times_relu",
}
"""Kind of work -> names of its innermost frames; the first match counts."""


def work(seconds: float, compiled: bool) -> None:
    """Train the small network of `step.py` again and again."""
    case = CASES[0][0]
    split = arrays(case)
    pack_step(case, split, compiled)
    end = monotonic() + seconds
    with threadpool_limits(1):
        while monotonic() < end:
            pack_step(case, split, compiled, epochs=300)


def shares(seconds: float, compiled: bool) -> dict[str, float]:
    """Fraction of the samples inside `NumpyTile.steps` for each kind of work."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "stacks.txt"
        child = [sys.executable, __file__, "--work", "--seconds", str(seconds), *(["--compiled"] if compiled else [])]
        command = ["py-spy", "record", "--native", "--format", "raw", "--rate", "400", "--output", str(raw), "--"]
        subprocess.run(command + child, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        counts: Counter[str] = Counter()
        for line in raw.read_text().splitlines():
            stack, count = line.rsplit(" ", 1)
            frames = stack.split(";")
            if any(frame.startswith("NumpyTile.steps") for frame in frames):
                kind = next((kind for kind, names in KINDS.items() if re.search(names, frames[-1])), "Python and calls")
                counts[kind] += int(count)
    return {kind: count / counts.total() for kind, count in counts.most_common()}


def main() -> None:
    """Profile both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--work", action="store_true", help="be the process that is profiled")
    parser.add_argument("--compiled", action="store_true")
    options = parser.parse_args()
    if options.work:
        work(options.seconds, options.compiled)
        return
    for compiled in (False, True):
        print("compiled" if compiled else "plain")
        for kind, share in shares(options.seconds, compiled).items():
            print(f"  {share:6.1%}  {kind}")


if __name__ == "__main__":
    main()
