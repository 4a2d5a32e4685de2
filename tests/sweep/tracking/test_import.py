"""MLflow costs seconds to import, so that the package must not import it by itself."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_tracking_imports_neither_mlflow_nor_sqlalchemy():
    code = (
        "import sweep.tracking, sys; print([name for name in ('mlflow', 'sqlalchemy', 'ray') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
