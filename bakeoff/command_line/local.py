"""The command line's side of the local cloud; nothing of it is imported for an AWS environment."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bakeoff.command_line.doctor import PortState, port_is_free
from bakeoff.config import Config, LocalCloud
from bakeoff.errors import ConfigurationError, SetupError

if TYPE_CHECKING:
    from local_cloud.client import Running

CHECKOUT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class Server:
    """A local cloud that runs.

    Args:
        pid: of its launcher.
        endpoint: its URL.
        log: its log file.
    """

    pid: int
    endpoint: str
    log: Path


def state_folder(config: Config) -> Path:
    """The folder that holds all state of the local cloud at the configured port."""
    where = settings(config)
    return CHECKOUT / where.state_folder / str(where.port)


def find(config: Config) -> Server | None:
    """The local cloud that runs, or None."""
    from local_cloud import client

    running = client.find(state_folder(config))
    return None if running is None else _server(running)


def start(config: Config, *, outlives_this_process: bool) -> Server:
    """Start the local cloud and wait until it answers.

    Args:
        outlives_this_process: else it ends with this process, however that ends.

    Raises:
        SetupError: the port is taken, or it did not come up; in its own words.
    """
    from local_cloud import client

    where = settings(config)
    try:
        running = client.start(
            where.port,
            state_folder(config),
            lifeline=not outlives_this_process,
            wait_scale=where.wait_scale,
        )
    except client.LauncherError as error:
        raise SetupError(str(error)) from error
    return _server(running)


def stop(config: Config) -> bool:
    """Stop the local cloud and wait until all of it has gone; whether one ran.

    Raises:
        SetupError: it did not go.
    """
    from local_cloud import client

    try:
        return client.stop(state_folder(config))
    except client.LauncherError as error:
        raise SetupError(str(error)) from error


def command_environment(config: Config, caller: Mapping[str, str]) -> dict[str, str]:
    """The environment for a command that is to use the local cloud and nothing else."""
    from local_cloud.environment import local_commands

    return local_commands(settings(config).port, caller)


def port_state(config: Config, port: int) -> PortState:
    """Who holds `port`: nobody, the local cloud of `config`, or something else."""
    if port_is_free(port):
        return "free"
    server = find(config)
    return "ours" if server is not None and server.endpoint.endswith(f":{port}") else "taken"


def end_with_parent() -> None:
    """From now on, end this process when the one that started it has gone; its local cloud goes with it."""
    from local_cloud.lifetime import when_orphaned

    when_orphaned(lambda: os.kill(os.getpid(), signal.SIGTERM))


def settings(config: Config) -> LocalCloud:
    """The local cloud's part of `config`.

    Raises:
        ConfigurationError: the environment is on AWS.
    """
    if config.local_cloud is None:
        raise ConfigurationError(f"config/{config.name}.toml", ["this command needs an environment with [local_cloud]"])
    return config.local_cloud


def _server(running: "Running") -> Server:
    return Server(pid=running.pid, endpoint=running.endpoint, log=running.log)
