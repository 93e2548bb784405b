"""What the environments of the local cloud hold, and above all what they do not."""

import os
from pathlib import Path

from local_cloud import environment

CALLER = {
    "PATH": "/bin",
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ENDPOINT_URL_S3": "https://s3.example.com",
    "LAMBDA_REMOTE_DOCKER_HOST": "elsewhere",
    "DOCKER_HOST": "unix:///var/run/docker.sock",
    "PYTHONPATH": "/elsewhere",
    "AUTH": "true",
    "NO_PROXY": "intranet",
}


def test_a_command_keeps_its_environment_but_nothing_that_leads_to_an_account() -> None:
    given = environment.local_commands(4601, CALLER)
    assert given["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4601"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & given.keys()
    assert (given["AWS_ACCESS_KEY_ID"], given["AWS_CONFIG_FILE"]) == ("local", os.devnull)
    assert (given["PATH"], given["PYTHONPATH"], given["DOCKER_HOST"]) == ("/bin", "/elsewhere", CALLER["DOCKER_HOST"])


def test_the_account_and_the_region_are_those_of_the_local_cloud() -> None:
    given = environment.local_commands(4601, {})
    assert (given["CDK_DEFAULT_ACCOUNT"], given["CDK_DEFAULT_REGION"]) == ("123456789012", "us-east-1")
    assert given["AWS_REGION"] == given["AWS_DEFAULT_REGION"] == "us-east-1"


def test_the_gateway_is_asked_without_a_proxy() -> None:
    given = environment.local_commands(4601, CALLER)
    assert given["NO_PROXY"] == given["no_proxy"] == "intranet,127.0.0.1,localhost,.localhost"


def test_the_launcher_inherits_no_setting_of_ministack_and_stays_in_its_folder() -> None:
    given = environment.launcher(port=4601, state=Path("/state"), wait_scale=0.5, caller=CALLER)
    assert not {"AWS_PROFILE", "PYTHONPATH", "AUTH", "LAMBDA_REMOTE_DOCKER_HOST"} & given.keys()
    assert (given["GATEWAY_PORT"], given["BIND_HOST"], given["SFN_WAIT_SCALE"]) == ("4601", "127.0.0.1", "0.5")
    folders = [given[name] for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR")]
    assert all(folder.startswith("/state/") for folder in folders)
    assert given["DOCKER_HOST"] == "unix:///state/no-docker.sock"


def test_an_environment_made_from_itself_is_the_same() -> None:
    once = environment.launcher(port=1, state=Path("/s"), wait_scale=1, caller=CALLER)
    assert environment.launcher(port=1, state=Path("/s"), wait_scale=1, caller=once) == once
