"""Runs (pulls, pushes and imports): their state, checkpoints and report lines."""
