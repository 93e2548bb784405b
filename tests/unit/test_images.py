"""The pinned container images are those that the installed `sagemaker` package names."""

import json
from pathlib import Path

import pytest
from sagemaker.core import image_uris

from bakeoff.config import CONFIG_FOLDER, load_config, load_images
from bakeoff.images import REGIONS, REQUESTS, refresh, retrieve_images


def test_the_pinned_addresses_are_what_the_package_retrieves() -> None:
    pinned = json.loads((CONFIG_FOLDER / "images.json").read_text())
    assert pinned == retrieve_images(), "the package has moved on: run `make images` and read what changed"


def test_every_region_has_every_image_from_its_own_registry() -> None:
    images = load_images()
    assert sorted(images) == sorted(REGIONS)
    for region, addresses in images.items():
        assert sorted(addresses) == sorted(REQUESTS)
        assert all(f".dkr.ecr.{region}.amazonaws.com/" in address for address in addresses.values())


@pytest.mark.parametrize("instance", ["ml.c7i.xlarge", "ml.g4dn.12xlarge", "ml.g6.xlarge", "ml.p4d.24xlarge"])
def test_the_machine_chooses_the_image_that_the_package_would(instance: str) -> None:
    config = load_config("dev")
    train = config.jobs.train.model_copy(update={"instance_type": instance})
    config = config.model_copy(update={"jobs": config.jobs.model_copy(update={"train": train})})
    request = {**REQUESTS["pytorch"], "instance_type": instance}
    wanted = image_uris.retrieve(region=config.region, **request)
    assert config.training_image(config.contestant("autoencoder")) == wanted


def test_a_refresh_writes_the_same_bytes_and_leaves_no_other_file(tmp_path: Path) -> None:
    assert refresh(tmp_path) == tmp_path / "images.json"
    assert (tmp_path / "images.json").read_bytes() == (CONFIG_FOLDER / "images.json").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["images.json"]
