"""Generates the secrets that docker-compose.yml reads, in deploy/secrets (ignored by git); existing ones are kept."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

NAMES = ("postgres_password", "mlflow_password", "mlflow_secret_key", "ray_token")


def make_secrets(folder: Path) -> list[str]:
    """Write the missing secrets and return their names.

    Only the owner can access the folder; the files are readable inside the containers, which run as other users.
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
