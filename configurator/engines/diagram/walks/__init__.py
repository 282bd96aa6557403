"""Questions that need no weights: domains, counts, ranks, samples, lists, bulk validation."""
