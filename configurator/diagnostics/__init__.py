"""Findings about a text: what is wrong, where, and what to do next."""
