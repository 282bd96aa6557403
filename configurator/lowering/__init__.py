"""From a catalog to a constraint problem, and back: the only place where the two meet."""
