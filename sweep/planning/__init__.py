"""Turns a configuration into a plan of trials, groups them into packs and estimates their cost."""
