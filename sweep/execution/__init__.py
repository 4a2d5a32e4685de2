"""Carries out what is to be trained: in this process or on Ray."""
