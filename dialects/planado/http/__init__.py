"""Routes, endpoints, authentication, error answers, cached reads."""
