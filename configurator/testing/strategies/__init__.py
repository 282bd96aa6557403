"""Hypothesis strategies of what a catalog allows, refuses and sells: by construction, never by filtering."""
