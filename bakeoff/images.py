"""Pins the container image URIs that jobs and endpoints run on, asked of the `sagemaker` package."""

import json
from pathlib import Path
from typing import Any

from bakeoff.config import CONFIG_FOLDER, ON_GPU

_CPU, _GPU = "ml.m5.xlarge", "ml.g5.xlarge"  # the package tells images apart by an instance type
_TORCH = {"framework": "pytorch-amzn2023", "version": "2.13", "image_scope": "training"}
_SKLEARN = {"framework": "sklearn", "version": "1.9-0", "image_scope": "inference", "py_version": "py3"}
# Python 3.12 in all, as docs/adr/0004-images.md says; the serving image is the scikit-learn one.
REQUESTS: dict[str, dict[str, str]] = {
    "pytorch": {**_TORCH, "instance_type": _CPU},
    f"pytorch{ON_GPU}": {**_TORCH, "instance_type": _GPU},
    "scikit-learn": {**_SKLEARN, "instance_type": _CPU},
}
# The regions that have Amazon Personalize.
REGIONS = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
)


def retrieve_images() -> dict[str, Any]:
    """What ``config/images.json`` should hold, by the installed version of the `sagemaker` package."""
    from importlib.metadata import version

    from sagemaker.core import image_uris

    return {
        "source": f"sagemaker {version('sagemaker')}, sagemaker.core.image_uris.retrieve",
        "images": {
            region: {key: image_uris.retrieve(region=region, **request) for key, request in REQUESTS.items()}
            for region in REGIONS
        },
    }


def refresh(folder: Path = CONFIG_FOLDER) -> Path:
    """Write ``images.json`` anew (under a temporary name, then renamed) and return its path."""
    path = folder / "images.json"
    written = path.with_suffix(".json.tmp")
    written.write_text(json.dumps(retrieve_images(), indent=2) + "\n")
    written.replace(path)
    return path
