"""HTTP parts that the Starlette applications of all dialects share.

The application, authentication, routing, bodies, conditional requests, store calls, cached reads.
"""
