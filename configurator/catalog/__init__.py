"""What a catalog means: families, slots, rules, with every name resolved and every type checked."""
