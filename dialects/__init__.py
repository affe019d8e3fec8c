"""The dialects: one folder for each API, and `base` for what they share.

A folder exports one `DIALECT` (`base/dialect.py` says what that is) and has these rooms:

- `protocol/`: shapes, scalars, ids and sentences of the API.
- `clients/`: clients to wire and back, alignment of contacts, list queries.
- `http/`: routes, endpoints, authentication, error answers.
- `migration/`: objects in files and on other servers, and what is lost on the way.

Only `http/` knows HTTP. To add a dialect, write the folder and append its `DIALECT` in
`gateway/app.py`; nothing else changes.
"""
