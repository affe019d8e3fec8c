"""The report of a run, for somebody who was not there: its data, as a page and as CSV."""
