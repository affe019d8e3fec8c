"""Pure decisions on values: what a command makes of a record, what can be stored."""
