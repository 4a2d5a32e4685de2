"""Serializes a configuration to YAML that reproduces the same sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from sweep.config.yaml_words import Dumper
from sweep.errors.masking import hide_in

if TYPE_CHECKING:
    from sweep.config.models import SweepConfig


class _Writer(yaml.SafeDumper):
    """Quotes text that is anything else by the rules of YAML 1.1 or 1.2, such as ``yes`` and ``1e3``."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [*yaml.SafeDumper.yaml_implicit_resolvers.get(first, []), *Dumper.yaml_implicit_resolvers.get(first, [])]
        for first in {**yaml.SafeDumper.yaml_implicit_resolvers, **Dumper.yaml_implicit_resolvers}
    }


def as_yaml(config: SweepConfig) -> str:
    """Return the complete configuration as YAML, with all defaults and with secrets in addresses masked."""
    mapping = hide_in(config.as_mapping())
    text: str = yaml.dump(mapping, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)
    return text
