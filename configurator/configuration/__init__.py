"""What customers ask: is it valid, what can it still be, complete it, list and count them. Knows no stock."""
