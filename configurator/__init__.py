"""Rule-based product configuration for makers that assemble to order."""
