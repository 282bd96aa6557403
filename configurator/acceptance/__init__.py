"""Where rules and stock meet: from a valid configuration to an order accepted for assembly."""
