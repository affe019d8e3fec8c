"""Synthetic clients."""
