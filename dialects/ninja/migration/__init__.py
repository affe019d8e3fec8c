"""Objects of other Invoice Ninja servers, read leniently, compared, written. No HTTP."""
