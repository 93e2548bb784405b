"""Where a command acts: nothing of the caller's AWS settings reaches the local cloud."""

import os

import boto3
import pytest
from moto import mock_aws

from bakeoff.command_line.cloud import Cloud, cut_off_from_aws, open_cloud
from bakeoff.config import Config
from bakeoff.errors import CloudError

CALLERS = {
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_DEFAULT_REGION": "eu-west-3",
    "AWS_ENDPOINT_URL": "https://elsewhere.example",
    "AWS_ENDPOINT_URL_S3": "https://s3.elsewhere.example",
    "AWS_CONFIG_FILE": "no/such/file",
    "HTTP_PROXY": "http://proxy.example:3128",
}


def test_the_local_cloud_is_reached_whatever_the_caller_has_set(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CALLERS.items():
        monkeypatch.setenv(name, value)
    cloud = open_cloud(config)
    for service in ("s3", "stepfunctions", "cloudformation"):
        client = cloud.client(service)
        assert client.meta.endpoint_url == "http://127.0.0.1:4566"
        assert client.meta.region_name == "us-east-1"
        credentials = client._request_signer._credentials
        assert (credentials.access_key, credentials.secret_key, credentials.token) == ("local", "local", None)
        assert client.meta.config.proxies == {}


def test_nothing_of_the_callers_aws_settings_is_left_for_child_processes() -> None:
    environment = {**CALLERS, "PATH": "bin", "aws_lower": "x"}
    cut_off_from_aws(environment)
    assert environment == {
        "PATH": "bin",
        "HTTP_PROXY": "http://proxy.example:3128",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_an_aws_environment_keeps_the_callers_credentials(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    cloud = open_cloud(config.model_copy(update={"local_cloud": None}))
    client = cloud.client("sts")
    assert not cloud.is_local
    assert client.meta.endpoint_url == "https://sts.us-east-1.amazonaws.com"
    assert client._request_signer._credentials.access_key == "AKIAREAL"


@mock_aws
def test_credentials_of_another_account_than_the_configured_one_are_refused(aws: Cloud) -> None:
    assert aws.account() == boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"]
    other = Cloud(config=aws.config.model_copy(update={"account": "111122223333"}), endpoint=None)
    with pytest.raises(CloudError, match=r"belong to account 123456789012; config/local\.toml names 111122223333"):
        other.account()
