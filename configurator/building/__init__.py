"""Catalogs made by programs: Python values to the text of the language, checked call by call."""
