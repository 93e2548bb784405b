"""What is deployed: one file, one stack, one unit of deploy and rollback."""
