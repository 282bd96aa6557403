"""From catalog text to a syntax tree, with every mistake told; knows nothing of what the words mean."""
