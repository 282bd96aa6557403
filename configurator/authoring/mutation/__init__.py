"""Rule mutation: small changes to the rules, and whether any scenario notices them."""
