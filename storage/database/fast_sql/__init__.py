"""Fast path: statements compiled once and put to SQLite's driver.

The results are those of `connection.execute`, which is what PostgreSQL gets.
"""
