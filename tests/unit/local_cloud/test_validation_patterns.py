"""The patterns of the service models, which are Java's, translated to Python's."""

import re

import pytest

from local_cloud.errors import ServiceError
from local_cloud.service import service_model
from local_cloud.validation import _python_pattern, validate

MODELS = ("personalize", "personalize-runtime", "personalize-events", "sagemaker", "sagemaker-runtime")


@pytest.mark.parametrize("name", MODELS)
def test_every_pattern_of_the_model_compiles(name: str) -> None:
    model = service_model(name)
    patterns = [model.shape_for(shape).metadata.get("pattern") for shape in model.shape_names]
    assert [re.compile(_python_pattern(pattern)) for pattern in patterns if pattern]


def test_a_tag_with_letters_spaces_and_signs_is_valid() -> None:
    shape = service_model("sagemaker").operation_model("AddTags").input_shape
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model/a"
    validate({"ResourceArn": arn, "Tags": [{"Key": "run id", "Value": "2026-11/42 é=_+@"}]}, shape)


def test_a_tag_with_a_control_character_is_refused() -> None:
    shape = service_model("sagemaker").operation_model("AddTags").input_shape
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model/a"
    with pytest.raises(ServiceError, match="regular expression"):
        validate({"ResourceArn": arn, "Tags": [{"Key": "k", "Value": "a;b"}]}, shape)


def test_a_content_type_in_ascii_is_valid_and_another_is_refused() -> None:
    shape = service_model("sagemaker-runtime").operation_model("InvokeEndpoint").input_shape
    validate({"EndpointName": "e", "Body": b"{}", "ContentType": "application/json"}, shape)
    with pytest.raises(ServiceError, match="regular expression"):
        validate({"EndpointName": "e", "Body": b"{}", "ContentType": "é"}, shape)
