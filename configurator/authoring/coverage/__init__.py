"""Rule coverage: which rules, rows, resources and ranges decide something in some scenario."""
