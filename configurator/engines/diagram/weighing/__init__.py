"""Questions with weights: cheapest, ranges, budgets, histograms, sums that stayed outside."""
