"""Spreadsheets: bytes to sheets of text cells and back; knows nothing of catalogs and touches no file."""
