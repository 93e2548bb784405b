"""The end of an environment: the pinned CDK command line removes the stacks, and with them all that runs made."""

from pathlib import Path

import pytest

from bakeoff.command_line import deployment
from tests.integration import data
from tests.integration.conftest import FirstRun
from tests.integration.product import Product, group_of, wait_until
from tests.support.small_data import write_csv

CONTESTANT = "autoencoder"


def test_destroying_stops_the_run_under_way_and_leaves_nothing(
    product: Product, first_run: FirstRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = product.load(write_csv(tmp_path / "other", data.noise(seed=11)))  # on which nothing was trained yet
    arn = product.begin(other, CONTESTANT)
    wait_until(lambda: product.training_processes(CONTESTANT), what="the training")
    deployment.destroy(product.cloud, product.cdk, yes=True, verify=True, confirm=lambda question: False)
    told = capsys.readouterr().out
    assert "Stopped run" in told
    assert (
        "Verified: no stack, endpoint, model, campaign, solution, dataset or schema of this environment is left."
        in told
    )
    assert product.client("stepfunctions").describe_execution(executionArn=arn)["status"] == "ABORTED"

    stacks = product.client("cloudformation").describe_stacks()["Stacks"]
    left = [one["StackName"] for one in stacks if one["StackStatus"] != "DELETE_COMPLETE"]
    assert left == ["CDKToolkit"]
    personalize, sagemaker = product.client("personalize"), product.client("sagemaker")
    assert personalize.list_dataset_groups()["datasetGroups"] == []
    assert personalize.list_solutions()["solutions"] == []
    assert personalize.list_campaigns()["campaigns"] == []
    assert personalize.list_datasets()["datasets"] == []
    assert personalize.list_schemas()["schemas"] == []
    assert sagemaker.list_models()["Models"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert product.endpoints() == set()
    assert product.model_servers() == []
    assert product.training_processes(CONTESTANT) == []
    buckets = [bucket["Name"] for bucket in product.client("s3").list_buckets()["Buckets"]]
    assert [name for name in buckets if name.startswith(product.config.prefix)] == []
    assert product.client("dynamodb").list_tables()["TableNames"] == []
    parameters = [one["Name"] for one in product.client("ssm").describe_parameters()["Parameters"]]
    assert [name for name in parameters if not name.startswith("/cdk-bootstrap/")] == []
    assert product.client("lambda").list_functions()["Functions"] == []
    assert product.client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert product.client("apigateway").get_rest_apis()["items"] == []
    assert group_of(product.running)
