"""Shapes, scalars and sentences of this API. No HTTP."""
