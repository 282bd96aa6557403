"""Random catalogs: source text and, beside it, what everything in it means in plain Python."""
