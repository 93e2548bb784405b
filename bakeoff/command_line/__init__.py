"""The command line, `python -m bakeoff`: the same commands act on the local cloud and on AWS, by `--env`."""
