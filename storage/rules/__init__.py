"""Pure rules: how a command changes a record, and which values can be stored."""
