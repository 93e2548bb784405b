"""From a command's options to what it acts on: the environment, its cloud, the CDK, this machine."""

import os
from functools import partial

from bakeoff.command_line import local
from bakeoff.command_line.cdk import CHECKOUT, Cdk, child_environment
from bakeoff.command_line.cloud import Cloud, open_cloud
from bakeoff.command_line.doctor import Machine
from bakeoff.config import Config, Engine, load_config
from bakeoff.errors import CloudError, ConfigurationError

LOCAL = "local"


def environment(name: str, port: int | None = None, engine: Engine | None = None) -> Config:
    """The configuration of environment `name`, its local cloud at `port` and prepared by `engine` where one is given.

    Raises:
        ConfigurationError: an unknown environment, or a port for one on AWS.
    """
    config = load_config(name, engine=engine)
    if port is None:
        return config
    if config.local_cloud is None:
        raise ConfigurationError("--port", [f"environment '{name}' is on AWS and has no port"])
    return config.model_copy(update={"local_cloud": config.local_cloud.model_copy(update={"port": port})})


def reach(config: Config) -> Cloud:
    """The cloud of `config`, there to be used.

    Raises:
        CloudError: the local cloud does not run.
    """
    if config.local_cloud is not None and local.find(config) is None:
        raise CloudError(
            f"No local cloud runs at port {config.local_cloud.port}. Start one: python -m bakeoff up --detach"
        )
    return open_cloud(config)


def cdk_of(cloud: Cloud) -> Cdk:
    """The CDK command line for `cloud`; for the local one its processes reach nothing else."""
    config = cloud.config
    # The app's own validation takes longer than the deployment here; `synth`, the tests and AWS deployments have it on.
    unvalidated = {"CDK_VALIDATION": "false"}
    base = {**local.command_environment(config, os.environ), **unvalidated} if cloud.is_local else dict(os.environ)
    place = str(port_of(config)) if cloud.is_local else config.region
    folder = CHECKOUT / "build" / "cdk" / f"{config.name}-{place}"
    return Cdk(cloud=cloud, environment=child_environment(base), folder=folder)


def synth_cdk(config: Config) -> Cdk:
    """The CDK command line that writes templates to ``cdk.out`` and reaches nothing."""
    cloud = open_cloud(config)
    return Cdk(cloud=cloud, environment=child_environment(os.environ), folder=CHECKOUT / "cdk.out")


def this_machine(config: Config) -> Machine:
    return Machine(checkout=CHECKOUT, port_state=partial(local.port_state, config))


def port_of(config: Config) -> int:
    """The local cloud's port."""
    return local.settings(config).port
