"""The optimizers, by name; this registry is the one source of what exists and what each accepts."""
