"""Properties of resources as parameters of operations."""

from local_cloud.seams.resource_properties import as_parameters
from local_cloud.service import service_model


def test_personalize_properties_get_the_spelling_of_the_service() -> None:
    shape = service_model("personalize").operation_model("CreateDatasetGroup").input_shape
    given = {"Name": "films", "RoleArn": "r", "KmsKeyArn": "k"}
    assert as_parameters(given, shape) == {"name": "films", "roleArn": "r", "kmsKeyArn": "k"}


def test_text_becomes_the_number_or_truth_value_that_the_shape_wants() -> None:
    shape = service_model("sagemaker").operation_model("CreateEndpointConfig").input_shape
    variant = {
        "VariantName": "all",
        "InitialInstanceCount": "2",
        "InitialVariantWeight": "0.5",
        "EnableSSMAccess": "true",
    }
    (converted,) = as_parameters({"ProductionVariants": [variant]}, shape)["ProductionVariants"]
    assert converted == {
        "VariantName": "all",
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 0.5,
        "EnableSSMAccess": True,
    }


def test_the_keys_of_a_map_are_data() -> None:
    shape = service_model("sagemaker").operation_model("CreateModel").input_shape
    given = {"ModelName": "m", "PrimaryContainer": {"Environment": {"modelName": "1", "b": 2}}}
    converted = as_parameters(given, shape)
    assert converted["PrimaryContainer"]["Environment"] == {"modelName": "1", "b": "2"}


def test_what_the_shape_does_not_know_stays_for_the_validation() -> None:
    shape = service_model("personalize").operation_model("CreateSchema").input_shape
    assert as_parameters({"Name": "a", "Colour": "red"}, shape) == {"name": "a", "Colour": "red"}
