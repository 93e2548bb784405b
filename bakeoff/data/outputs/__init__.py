"""What the preparation writes, streamed: rows come in the order of users or of items, a batch at a time."""
