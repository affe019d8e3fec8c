"""Every dialect is one folder here: an API's way of speaking about the clients in the store.

A folder exports one `DIALECT` (see `base.Dialect`) and holds the same modules as its neighbours:
`wire` the shapes, `scalars` single values both ways, `translate` and `contacts` records both ways,
`listing` queries and pages, `errors` how it says no, `auth` its middleware, `routes` its endpoints.
To add one, write the folder and name its `DIALECT` in `gateway/app.py`; nothing else changes.
"""
