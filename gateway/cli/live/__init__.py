"""Commands about live services: pull, push, check, match, conflicts and the mirror."""
