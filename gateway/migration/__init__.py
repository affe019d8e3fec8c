"""Import, export, pull, push and check: clients between the store, files and live services."""
