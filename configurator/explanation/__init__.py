"""Why not: what speaks against some choices. Knows neither sessions nor stock."""
