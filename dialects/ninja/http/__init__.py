"""Routes, endpoints, bodies, forms, authentication, error answers, cached reads."""
