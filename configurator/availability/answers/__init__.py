"""What can be promised, from what and when: answers made of a snapshot of stock."""
