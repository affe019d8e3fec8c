"""The interfaces by which a dialect's objects are read and written outside our own server.

No HTTP.
"""
