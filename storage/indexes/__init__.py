"""Fast path: the trigram search index and the block counts that SQLite maintains for clients."""
