"""What a real Invoice Ninja 5.10.17 answered, and the replay that asks this gateway the same.

`answers/` holds 5 721 requests with the original's answers, as facts. `python -m tests.recorded`
asks them and prints the kinds of answers that differ, the most frequent first.
"""
