"""Failures that only this API has."""

from dialects.base.protocol.failures import NoRoute


class NotServed(NoRoute):
    """The original serves the request, and this server does not."""
