"""Who is measured: one module for each library, found by `peer_registry`."""
