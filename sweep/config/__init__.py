"""Loads and validates the YAML configuration of a sweep, with errors that name the place and the fix."""

from sweep.config.loading import load_config
from sweep.config.models import SweepConfig
from sweep.config.schema import json_schema

__all__ = ["SweepConfig", "json_schema", "load_config"]
