"""Fast path: statements that are compiled once and executed directly by SQLite's driver.

The results are the same as those of `connection.execute`, which PostgreSQL uses instead.
"""
