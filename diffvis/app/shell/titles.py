"""The workspaces, in the order of their tabs."""

TITLES = {
    "forward": "Forward",
    "reverse": "Reverse",
    "schedules": "Schedules",
    "training": "Training",
    "bench": "Bench",
}
