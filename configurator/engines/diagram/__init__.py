"""The diagram engine: a problem compiled once to a decision diagram, and every question a walk over it."""
