"""HTTP of this API: routes, endpoints, bodies, forms, authentication, errors, cached reads."""
