"""Two local clouds at once, each with its own port and state."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from bakeoff.command_line.cloud import Cloud
from tests.integration.local_cloud.conftest import free_port
from tests.integration.product import Product, kill, start


def test_a_second_local_cloud_sees_nothing_of_the_first(product: Product, tmp_path: Path) -> None:
    assert product.config.local_cloud is not None
    place = product.config.local_cloud.model_copy(update={"port": free_port(), "state_folder": str(tmp_path)})
    config = product.config.model_copy(update={"local_cloud": place})
    running = start(config)
    try:
        other = Cloud(config=config, endpoint=running.endpoint).client("s3")
        assert other.list_buckets()["Buckets"] == []
        other.create_bucket(Bucket=product.deployed.bucket)
        other.put_object(Bucket=product.deployed.bucket, Key="only-here", Body=b"1")
        with pytest.raises(ClientError, match="NoSuchKey"):
            product.client("s3").get_object(Bucket=product.deployed.bucket, Key="only-here")
    finally:
        kill(running)
