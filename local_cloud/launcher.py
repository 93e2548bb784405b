"""The process that is a local cloud: MiniStack with the played services on one port, one state folder, one lifetime.

    python -m local_cloud serve --port 4566 --state .local_cloud/4566

Everything is imported late: MiniStack reads its settings when it is imported, and the guardian is forked before
anything else exists.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, cast

from local_cloud import environment, generations, lifetime, state_folder

EXIT_PORT_TAKEN = 98
EXIT_STATE_REFUSED = 97
# The stop is clean within this time or not at all: the group is killed, and the last snapshot stands.
LONGEST_STOP_SECONDS = 5.0
LONGEST_CLOSE_SECONDS = 0.2
_log = logging.getLogger("local_cloud")


def serve(*, port: int, state: Path, lifeline: int | None, wait_scale: float) -> int:
    """Be the local cloud until told to stop.

    Args:
        port: on the loopback interface.
        state: the folder that holds everything; made if it does not exist.
        lifeline: the read end of a pipe; the local cloud stops when its write end is closed.
        wait_scale: what the seconds of Wait states in state machines are multiplied by.

    Returns:
        The exit status.
    """
    left_a_group = lifetime.lead_a_group()
    lifetime.guard_the_group()
    state = state.resolve()
    try:
        state_folder.lock(state)  # held until this process is gone
        state_folder.prepare(state)
    except state_folder.StateFolderError as error:
        return _refuse(str(error), EXIT_STATE_REFUSED)
    try:
        listener = _listen(port)
    except OSError as error:
        return _refuse(f"Port {port} cannot be used: {error.strerror}.", EXIT_PORT_TAKEN)
    os.environ.update(_replaced(environment.launcher(port=port, state=state, wait_scale=wait_scale)))
    history = generations.Generations(state / "generations")
    generations.restore(history.current(), services=state / "services", buckets=state / "s3")
    stop = threading.Event()
    if lifeline is not None:
        lifetime.when_closed(lifeline, stop.set)
    elif left_a_group:
        lifetime.when_orphaned(stop.set)
    with listener:
        asyncio.run(_run(listener, state=state, port=port, history=history, stop=stop))
    return 0


def _refuse(reason: str, status: int) -> int:
    sys.stderr.write(f"{reason}\n")
    return status


def _replaced(wanted: dict[str, str]) -> dict[str, str]:
    """Remove from this process's environment what is not `wanted`, and hand `wanted` on."""
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    return wanted


def _listen(port: int) -> socket.socket:
    """Bind the port before anything else is done, so that a taken port is noticed at once."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((environment.HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


async def _run(
    listener: socket.socket, *, state: Path, port: int, history: generations.Generations, stop: threading.Event
) -> None:
    import ministack.app as gateway
    from hypercorn.asyncio import serve as serve_application
    from hypercorn.config import Config

    from local_cloud import mount, snapshots
    from local_cloud.seams.api_paths import EncodedApiPaths
    from local_cloud.seams.traffic import Traffic
    from local_cloud.service import Place

    place = Place(
        account=environment.ACCOUNT,
        region=environment.REGION,
        endpoint=environment.endpoint(port),
        folder=state / "played",
    )
    played = mount.played_services(place)
    mount.mount(played)
    traffic = Traffic(EncodedApiPaths(gateway.app))
    keeper = snapshots.Snapshots(history, snapshots.played_by_name(played), traffic)
    loop = asyncio.get_running_loop()
    _stop_on_signals(loop, stop)

    async def until_told() -> None:
        """Hypercorn calls this once it serves, and stops serving when it returns."""
        snapshots.end_cut_off_stack_operations()
        await asyncio.to_thread(keeper.restore_played)
        thread = threading.Thread(target=keeper.run, args=(loop,), name="snapshots", daemon=True)
        thread.start()
        state_folder.write_running(state, port=port)
        _log.info("The local cloud serves %s, state folder %s", environment.endpoint(port), state)
        await _set(stop)
        late = threading.Timer(LONGEST_STOP_SECONDS, _kill_the_group)
        late.daemon = True
        late.start()
        keeper.stop()
        await asyncio.to_thread(thread.join)
        for service in played:  # while the gateway answers: what ends here is still logged and stored
            await asyncio.to_thread(service.close)
        await asyncio.to_thread(_last_snapshot, keeper, loop)
        # Everything is written: neither a connection that a client keeps open nor MiniStack's own farewell, which
        # imports what it never used, holds up the end.
        (state / "running.json").unlink(missing_ok=True)
        end = threading.Timer(LONGEST_CLOSE_SECONDS, os._exit, args=(0,))
        end.daemon = True
        end.start()

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.2
    await serve_application(cast(Any, traffic), config, shutdown_trigger=until_told)


async def _set(stop: threading.Event) -> None:
    """Wait for `stop` without taking a thread of the pool for as long as the local cloud lives."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()

    def wait() -> None:
        stop.wait()
        with contextlib.suppress(RuntimeError):  # the loop may have ended for another reason
            loop.call_soon_threadsafe(told.set)

    threading.Thread(target=wait, name="stop", daemon=True).start()
    await told.wait()


def _stop_on_signals(loop: asyncio.AbstractEventLoop, stop: threading.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)


def _last_snapshot(keeper: Any, loop: asyncio.AbstractEventLoop) -> None:
    from local_cloud.snapshots import SnapshotError

    try:
        keeper.take(loop)
    except (SnapshotError, OSError):
        _log.exception("The last snapshot failed: the one before it stands")


def _kill_the_group() -> None:
    _log.error("The local cloud did not stop within %s s and is killed", LONGEST_STOP_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)
