"""Tables of a catalog on their way to a spreadsheet and back."""
