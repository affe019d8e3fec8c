"""What the Starlette applications of all dialects share.

The application itself, authentication, routing, bodies, conditional requests, calls of the store,
cached reads.
"""
