"""uvicorn around the application, the request log, and one request without a server."""
