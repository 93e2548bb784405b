"""Shows a run as it goes: a live table on a terminal, one plain line for each change elsewhere."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from rich.live import Live
from rich.table import Table

from bakeoff.command_line.runs import Observer, Progress
from bakeoff.command_line.screen import console, duration, say, table, titled

Pause = Callable[[float], None]
LOCAL_SECONDS = 0.5
AWS_SECONDS = 10.0


def follow(observer: Observer, *, every: float, pause: Pause = time.sleep) -> Progress:
    """Look at the run every `every` seconds until it has ended, and show what changes."""
    live = Live(console=console(), refresh_per_second=4) if console().is_terminal else None
    shown: dict[str, str] = {}
    context: AbstractContextManager[object] = live or nullcontext()
    with context:
        while True:
            progress = observer.look()
            if live is not None:
                live.update(titled(progress_title(progress), progress_table(progress)))
            else:
                for line in changes(progress, shown):
                    say(line)
            if progress.has_ended:
                return progress
            pause(every)


def progress_title(progress: Progress) -> str:
    return f"Run: {_run_state(progress)}, {duration(progress.seconds)}"


def progress_table(progress: Progress) -> Table:
    """Contestant, state, elapsed time."""
    rows = [
        (contestant.name, contestant.state, "" if contestant.seconds is None else duration(contestant.seconds))
        for contestant in progress.contestants
    ]
    return table(("contestant", "state", "elapsed"), rows)


def changes(progress: Progress, shown: dict[str, str]) -> list[str]:
    """A line for the run and for each started contestant whose state is not the one in `shown`; updates `shown`."""
    lines = []
    states = [("run", _run_state(progress), progress.seconds)]
    states += [(one.name, one.state, one.seconds) for one in progress.contestants if one.seconds is not None]
    for name, state, seconds in states:
        if state and shown.get(name) != state:
            shown[name] = state
            lines.append(f"{duration(seconds):>12}  {name}: {state}")
    return lines


def _run_state(progress: Progress) -> str:
    if progress.status == "RUNNING":
        return progress.state or "starts"
    return {"SUCCEEDED": "ended well", "FAILED": "failed", "ABORTED": "was stopped", "TIMED_OUT": "took too long"}.get(
        progress.status, progress.status
    )
