"""The recipes that are played, one file each; a new one is a file here and a line in `registry`."""
