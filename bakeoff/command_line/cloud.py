"""Where a command acts: clients for the local cloud or for AWS, and the environment that child processes get."""

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config as ClientConfig

from bakeoff.config import Config
from bakeoff.errors import CloudError

# What the local cloud accepts as credentials; it has no secrets.
LOCAL_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """An environment's cloud.

    Args:
        config: the environment.
        endpoint: the local cloud's URL; None for AWS.
    """

    config: Config
    endpoint: str | None

    @property
    def is_local(self) -> bool:
        return self.endpoint is not None

    def client(self, service: str) -> Any:
        """A client of `service`: for the local cloud with its address, credentials and region spelled out."""
        if self.endpoint is None:
            on_aws: Any = boto3.Session(region_name=self.config.region)
            return on_aws.client(service)
        session: Any = boto3.Session(
            aws_access_key_id=LOCAL_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=LOCAL_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=self.config.region,
        )
        # A proxy would not find this machine's own address; path style, because buckets have no host names here.
        settings = ClientConfig(proxies={}, s3={"addressing_style": "path"}, retries={"total_max_attempts": 2})
        return session.client(service, endpoint_url=self.endpoint, config=settings)

    def account(self) -> str:
        """The account that the credentials belong to.

        Raises:
            CloudError: it is not the one that the configuration names.
        """
        found: str = self.client("sts").get_caller_identity()["Account"]
        wanted = self.config.account
        if wanted is not None and found != wanted:
            raise CloudError(
                f"The credentials belong to account {found}; config/{self.config.name}.toml names {wanted}. "
                "Use that account's credentials (AWS_PROFILE), or another --env."
            )
        return found


def open_cloud(config: Config) -> Cloud:
    """The cloud of `config`; for the local one this process is first cut off from AWS."""
    if config.local_cloud is None:
        return Cloud(config=config, endpoint=None)
    cut_off_from_aws(os.environ)
    return Cloud(config=config, endpoint=f"http://127.0.0.1:{config.local_cloud.port}")


def cut_off_from_aws(environment: MutableMapping[str, str]) -> None:
    """Drop what the caller's environment says about AWS, so that neither this process nor a child can reach it.

    Profiles, credentials, endpoints and the instance's metadata are left out; what is set is the local cloud's.
    """
    for name in [name for name in environment if name.upper().startswith("AWS_")]:
        del environment[name]
    environment.update(LOCAL_CREDENTIALS)
    environment["AWS_CONFIG_FILE"] = os.devnull
    environment["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
