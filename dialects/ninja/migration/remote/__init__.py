"""The requests that read and write clients of another Invoice Ninja."""
