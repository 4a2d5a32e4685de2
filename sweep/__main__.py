"""Lets ``python -m sweep`` do what the command ``sweep`` does."""

import os
import sys

# Python puts the working folder first, where a user's `random.py` would be taken for Python's own.
if not getattr(sys.flags, "safe_path", False) and sys.path[0] in ("", os.getcwd()):
    sys.path.append(sys.path.pop(0))

from sweep.cli import main

main()
