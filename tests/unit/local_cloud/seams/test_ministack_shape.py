"""The attributes of MiniStack that the seams need, in their shape; another version of MiniStack fails here first."""

import inspect
from importlib.metadata import version

import ministack.app as gateway
from ministack.core import iam_actions, persistence, router
from ministack.services import cloudformation, glue, lambda_svc, s3, stepfunctions
from ministack.services.cloudformation import provisioners, stacks


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]


def test_the_version_is_the_one_that_the_seams_are_written_for() -> None:
    assert version("ministack") == "1.5.33"


def test_handlers_are_coroutine_functions_of_five_arguments() -> None:
    handler = gateway.SERVICE_HANDLERS["s3"]
    assert inspect.iscoroutinefunction(handler)
    assert parameters(handler) == ["method", "path", "headers", "body", "query_params"]


def test_the_router_and_the_iam_tables_are_keyed_by_service() -> None:
    assert router.SERVICE_PATTERNS["sqs"]["target_prefixes"] == ["AmazonSQS"]
    assert iam_actions.SERVICE_TO_IAM_NAMESPACE["dynamodb"] == "dynamodb"
    assert iam_actions._BOTOCORE_SERVICE_MAP["batch"] == ["batch"]


def test_step_functions_looks_its_hooks_up_at_each_call() -> None:
    source = inspect.getsource(stepfunctions)
    assert parameters(stepfunctions._execute_task) == ["state_def", "raw_input", "execution", "ctx"]
    assert parameters(stepfunctions._invoke_resource_with_timeout) == ["resource", "input_data", "timeout"]
    assert parameters(stepfunctions._run_sub_machine) == ["states", "start_at", "input_data", "execution", "ctx"]
    assert parameters(stepfunctions._fail_execution) == ["execution", "error", "cause"]
    assert "states.get(current_name)" in inspect.getsource(stepfunctions._run_sub_machine.__wrapped__) or (
        "states.get(current_name)" in source
    )
    assert stepfunctions._AWS_SDK_SERVICE_MAP["ssm"] == {"target_prefix": "AmazonSSM", "protocol": "json"}
    assert stepfunctions._AWS_SDK_ERROR_PREFIX["ssm"] == "Ssm"
    assert isinstance(stepfunctions._AWS_SDK_ERROR_CODE_OVERRIDES["rds"], dict)
    assert "arn:aws:states:::sqs:sendMessage" in stepfunctions._SERVICE_DISPATCH
    for name in ("_invoke_nested_start_execution", "_invoke_nested_start_execution_sync"):
        assert parameters(getattr(stepfunctions, name)) == ["resource", "parameters"] or parameters(
            getattr(stepfunctions, name)
        ) == ["resource", "input_data"]


def test_cloud_formation_keeps_its_types_in_tables() -> None:
    assert {"create", "delete"} <= provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"].keys()
    assert "TableName" in provisioners._REPLACING_PROPERTIES["AWS::DynamoDB::Table"]
    assert provisioners._STACK_TAG_PROPERTY["AWS::DynamoDB::Table"] == ("Tags", "list")
    assert stacks._runs_on_worker_thread("Custom::Thing") is True
    assert stacks._runs_on_worker_thread("AWS::S3::Bucket") is False
    assert cloudformation._stacks.all_values() == [] or "StackStatus" in cloudformation._stacks.all_values()[0]


def test_every_state_is_taken_and_written_as_the_snapshots_do_it() -> None:
    taken = gateway._build_persistence_save_dict()
    assert {"stepfunctions", "s3", "lambda", "cloudformation"} <= taken.keys()
    assert "buckets_meta" in s3.get_state()
    assert persistence._state_format_version("iam") == persistence.STATE_FORMAT_VERSION
    assert persistence._json_default(b"ab") == {"__bytes__": "YWI="}
    assert lambda_svc.CODE_BLOB_DIR.endswith("lambda-blobs")


def test_glue_keeps_job_definitions_by_account_region_and_name() -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Glue::Job"]
    assert list(inspect.signature(inspect.unwrap(handlers["create"])).parameters)[:2] == ["logical_id", "props"]
    assert list(inspect.signature(inspect.unwrap(handlers["update"])).parameters)[:3] == [
        "physical_id",
        "old_props",
        "new_props",
    ]
    assert glue._jobs.get_scoped("123456789012", "us-east-1", "none") is None
