"""HTTP of this API: routes, endpoints, authentication, error answers, cached reads."""
