"""Values that cross the border of the store: records, commands, queries and failures.

No SQL, no I/O.
"""
