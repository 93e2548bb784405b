"""The local cloud by hand: `python -m local_cloud serve|status|stop --state <folder>`."""

import argparse
import sys
from pathlib import Path

from local_cloud import client, launcher


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m local_cloud", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="be a local cloud until stopped")
    serve.add_argument("--port", type=int, default=4566, help="on the loopback interface (4566)")
    serve.add_argument("--lifeline", type=int, metavar="FD", help="a pipe's read end: stop when its write end closes")
    serve.add_argument("--wait-scale", type=float, default=client.WAIT_SCALE, help="factor of Wait states' seconds")
    status = commands.add_parser("status", help="say whether one runs on the folder; exit status 1 if not")
    stop = commands.add_parser("stop", help="stop the one that runs on the folder")
    for command in (serve, status, stop):
        command.add_argument("--state", type=Path, required=True, help="the folder that holds all of its state")
    given = parser.parse_args(arguments)
    if given.command == "serve":
        return launcher.serve(port=given.port, state=given.state, lifeline=given.lifeline, wait_scale=given.wait_scale)
    return _status(given.state) if given.command == "status" else _stop(given.state)


def _status(state: Path) -> int:
    running = client.find(state)
    if running is None:
        sys.stdout.write(f"No local cloud runs on {state}.\n")
        return 1
    sys.stdout.write(f"A local cloud runs on {state}: {running.endpoint}, process {running.pid}, log {running.log}\n")
    return 0


def _stop(state: Path) -> int:
    try:
        stopped = client.stop(state)
    except client.LauncherError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("Stopped.\n" if stopped else f"No local cloud runs on {state}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
