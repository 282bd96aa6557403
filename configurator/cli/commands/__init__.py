"""One module per command, each read only when that command runs."""
