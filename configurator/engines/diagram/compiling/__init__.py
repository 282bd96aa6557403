"""From a problem to a diagram: normal form, mixed slots, classes, order, layers, reduction, sums."""
