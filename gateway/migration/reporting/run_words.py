"""What the counts and the lines of a run are called."""

ORDER = (
    "read",
    "written",
    "created",
    "changed",
    "deleted",
    "gone",
    "unchanged",
    "kept",
    "merged",
    "left",
    "conflict",
    "refused",
    "files",
    "sent",
)
MEANINGS = {
    "created": "new",
    "changed": "changed",
    "deleted": "deleted there",
    "gone": "gone there, and deleted here",
    "unchanged": "unchanged",
    "kept": "kept as it is here",
    "merged": "merged into others here",
    "left": "left out",
    "conflict": "with a field changed on both sides: each keeps its own",
    "refused": "refused",
    "files": "files fetched",
    "sent": "files sent",
}
HEADINGS = {
    "refused": "Refused:",
    "conflict": "Changed on both sides (gateway conflicts list shows both values):",
    "gone": "Gone there, and deleted here:",
    "kept": "Changed here, and not told yet:",
    "overwritten": "Changed on both sides, and decided by --on-conflict:",
    "merged": "Merged into others here (a push with --delete deletes them there):",
    "left": "Left out:",
    "notice": "Besides:",
}
