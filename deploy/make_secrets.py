"""Makes the secrets that docker-compose.yml reads, each once, into deploy/secrets, which git ignores."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

NAMES = ("postgres_password", "mlflow_password", "mlflow_secret_key", "ray_token")


def make_secrets(folder: Path) -> list[str]:
    """Write the secrets that are missing, and name them.

    The folder is its owner's alone; the files can be read inside the containers, which have other users.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    missing = [name for name in NAMES if not (folder / name).exists()]
    for name in missing:
        (folder / name).write_text(secrets.token_hex(24), encoding="utf-8")
        (folder / name).chmod(0o444)
    return missing


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "secrets"
    for made in make_secrets(target):
        print(f"made {target / made}")
