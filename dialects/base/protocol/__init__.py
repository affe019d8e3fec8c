"""Failures, JSON, shapes, ignored fields. No HTTP."""
