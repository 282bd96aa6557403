"""Stock: what there is, what is promised, and reservations that take all they need or nothing."""
