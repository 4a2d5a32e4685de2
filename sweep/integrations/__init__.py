"""Connects trainings written for other frameworks to the trial of a sweep; each module needs its own framework."""
