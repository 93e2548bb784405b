"""`python -m bakeoff`: the command line."""

from bakeoff.command_line.app import app

if __name__ == "__main__":
    app(prog_name="python -m bakeoff")
