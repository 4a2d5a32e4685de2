"""Serializes a configuration to YAML that reproduces the same sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from sweep.errors.masking import hide_in

if TYPE_CHECKING:
    from sweep.config.models import SweepConfig


def as_yaml(config: SweepConfig) -> str:
    """Return the complete configuration as YAML, with all defaults and with secrets in addresses masked."""
    text: str = yaml.safe_dump(hide_in(config.as_mapping()), sort_keys=False, allow_unicode=True, width=100)
    return text
