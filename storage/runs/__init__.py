"""Runs of pull, push and import: state, checkpoint, lines."""
