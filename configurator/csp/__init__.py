"""What an engine sees: variables with finite domains, constraints between them, nothing of components."""
