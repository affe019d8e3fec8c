"""The shapes, scalars, ids, envelopes, pages and sentences of this API. No HTTP."""
