"""Fast path: what SQLite keeps beside the clients.

The trigram search index, and the counts of clients per block of serials.
"""
