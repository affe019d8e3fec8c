"""Protocol parts that all dialects share: failures, JSON, shapes, ignored fields. No HTTP."""
