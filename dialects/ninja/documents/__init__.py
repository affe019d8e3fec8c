"""Documents to wire and back; uploaded files checked. No HTTP."""
