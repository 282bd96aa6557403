"""What authors ask about their own catalogs: what they say, and what a change does."""
