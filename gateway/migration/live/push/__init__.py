"""Push: what changed here is told to a service, client by client."""
