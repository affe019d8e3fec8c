"""Wire shapes, scalars and sentences of this API. No HTTP."""
