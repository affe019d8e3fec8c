"""Types of the store's interface: records, commands, queries and failures.

No SQL and no I/O, except the file of the countries.
"""
