"""The environment of the local cloud and of the commands that use it: nothing in it reaches a real account."""

import os
from collections.abc import Mapping
from pathlib import Path

ACCOUNT = "123456789012"
REGION = "us-east-1"
HOST = "127.0.0.1"
# Variables of the caller that would change what MiniStack does, or lead the processes below it elsewhere.
_REMOVED_PREFIXES = ("AWS_", "MINISTACK_", "LOCALSTACK_", "LAMBDA_", "SFN_", "S3_", "DOCKER_", "BOTO_")
_REMOVED = {"AUTH", "SERVICES", "USE_SSL", "EDGE_PORT", "GATEWAY_PORT", "BIND_HOST", "PYTHONPATH", "PERSIST_STATE"}


def endpoint(port: int) -> str:
    """The URL of the gateway. An address, not a name: SDKs put the bucket into a host name where they find one."""
    return f"http://{HOST}:{port}"


def local_commands(port: int, caller: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of `caller` for a command that is to use the local cloud at `port`, and nothing else.

    Every ``AWS_*`` variable of the caller is dropped: profiles, credentials, endpoints and shared files could all
    lead to a real account.
    """
    kept = {name: value for name, value in (caller or os.environ).items() if not name.startswith("AWS_")}
    return {**kept, **_aws(port), **_without_proxy(kept)}


def launcher(*, port: int, state: Path, wait_scale: float, caller: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of the launcher, which its MiniStack and every process below it inherit.

    Args:
        port: the gateway's port on the loopback interface.
        state: the state folder.
        wait_scale: what the seconds of Wait states and retries are multiplied by.
        caller: where the rest of the variables comes from, by default this process's own.
    """
    kept = {name: value for name, value in (caller or os.environ).items() if not _is_removed(name)}
    ministack = {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": "INFO",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "SFN_WAIT_SCALE": str(wait_scale),
        "TMPDIR": str(state / "tmp"),
        # MiniStack removes containers that it takes for its own; without a daemon it leaves Docker alone.
        "DOCKER_HOST": f"unix://{state / 'no-docker.sock'}",
    }
    return {**kept, **_aws(port), **_without_proxy(kept), **ministack}


def _is_removed(name: str) -> bool:
    return name in _REMOVED or name.startswith(_REMOVED_PREFIXES)


def _aws(port: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint(port),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }


def _without_proxy(kept: Mapping[str, str]) -> dict[str, str]:
    """A proxy of the caller must not be asked for the gateway."""
    given = (kept.get("NO_PROXY") or kept.get("no_proxy") or "").split(",")
    spared = ",".join(dict.fromkeys([*filter(None, given), HOST, "localhost", ".localhost"]))
    return {"NO_PROXY": spared, "no_proxy": spared}
