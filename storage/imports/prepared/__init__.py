"""Fast path: new clients made into rows before the transaction.

In any process, one by one or column by column. The rows are those that an import of one client
after the other would make.
"""
