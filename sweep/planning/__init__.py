"""Turns a configuration into trials: the space, the plan, packs and what they cost."""
