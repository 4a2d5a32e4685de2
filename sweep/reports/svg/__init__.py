"""Draws the panels of a report as SVG in milliseconds, in colours that follow the page's dark mode."""

from sweep.reports.svg.panels import draw

__all__ = ["draw"]
