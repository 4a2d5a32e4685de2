"""The configuration of a sweep: its YAML file, checked, with errors that say where and what to do."""

from sweep.config.loading import load_config
from sweep.config.models import SweepConfig
from sweep.config.schema import json_schema

__all__ = ["SweepConfig", "json_schema", "load_config"]
