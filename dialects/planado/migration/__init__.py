"""Objects of other Planado accounts, read leniently, compared, written. No HTTP."""
