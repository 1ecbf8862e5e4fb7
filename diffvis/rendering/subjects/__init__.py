"""What can be exported: processes, comparisons, runs and schedules."""
