"""What every dialect stands on: `protocol` values, `http` plumbing, `migration` interfaces."""
