"""Rights: every role is trusted by one service, names what it may touch, and may do what its code does, no more."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from bakeoff.contracts.naming import METRICS_NAMESPACE
from tests.support.synthesized import Machine, Synthesized, role_of, text

# Actions that take no resource, by https://docs.aws.amazon.com/service-authorization/latest/reference/.
TAKE_NO_RESOURCE = {
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "personalize:ListCampaigns",
    "personalize:ListDatasets",
    "personalize:ListSchemas",
    "personalize:ListSolutions",
    "sagemaker:ListAutoMLJobs",
    "sagemaker:ListEndpointConfigs",
    "sagemaker:ListEndpoints",
    "sagemaker:ListModels",
    "sagemaker:ListTrainingJobs",
    "sagemaker:ListTransformJobs",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
# What Step Functions itself needs beside the calls of a definition: its log, its trace, handing on roles, hearing of
# the end of a job, and tags.
OF_EVERY_MACHINE = {action for action in TAKE_NO_RESOURCE if action.startswith(("logs:", "xray:"))} | {
    "events:DescribeRule",
    "events:PutRule",
    "events:PutTargets",
    "iam:PassRole",
    "sagemaker:ListTags",
}
# AWS's own policies: API Gateway takes the role of the account's settings with this one.
MANAGED = {
    "apigateway.amazonaws.com": [
        "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    ]
}


def trusted_by(role: Mapping[str, Any]) -> list[Any]:
    return [one["Principal"] for one in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]]


def test_every_role_is_trusted_by_one_service_only(synthesized: Synthesized) -> None:
    roles = synthesized.resources("AWS::IAM::Role")
    services = set()
    for name, role in roles.items():
        [principal] = trusted_by(role)
        assert list(principal) == ["Service"], name
        services.add(principal["Service"])
        policies = role["Properties"].get("ManagedPolicyArns", [])
        assert [text(one) for one in policies] == MANAGED.get(principal["Service"], []), f"{name} has foreign rights"
        assert "Policies" not in role["Properties"]
    trusted = {"apigateway", "lambda", "personalize", "sagemaker", "states"}
    trusted |= {"glue"} if synthesized.engine == "spark" else set()
    assert services == {f"{one}.amazonaws.com" for one in trusted}


def test_no_role_may_do_everything_or_touch_everything(synthesized: Synthesized) -> None:
    for name, role in synthesized.resources("AWS::IAM::Role").items():
        statements = synthesized.statements(name)
        assert statements or "ManagedPolicyArns" in role["Properties"], f"{name} may do nothing"
        for one in statements:
            assert one.effect == "Allow"
            assert not [action for action in one.actions if "*" in action], name
            if "*" in one.resources:
                assert set(one.actions) <= TAKE_NO_RESOURCE, name


def test_a_wildcard_comes_after_the_beginning_of_our_names(synthesized: Synthesized) -> None:
    """Or it is a folder of our bucket, a stream of one log, AWS's own recipe or image."""
    bucket = rf"arn:aws:s3:::{synthesized.prefix}-[^*/]*"
    account = rf"{synthesized.region}:(\d{{12}}|\$\{{AWS::AccountId\}})"
    ours = re.compile(
        rf"{bucket}/[a-z]+/\*(/[a-z]+)*(/[a-z]+\.[a-z.]+)?"
        rf"|arn:aws:[a-z]+:{account}:[a-z-]+[/:]{synthesized.prefix}-[^*]*\*"
        rf"|arn:aws:logs:{account}:log-group:/aws/sagemaker/([A-Za-z]+|\*)(:\*)?"
        r"|arn:aws:personalize:::(recipe|algorithm)/\*"
        rf"|arn:aws:ecr:{synthesized.region}:\*:repository/[a-z-]+"
    )
    empties = re.compile(rf"{bucket}/\*")
    wild = {
        (name, resource)
        for name in synthesized.resources("AWS::IAM::Role")
        for one in synthesized.statements(name)
        for resource in one.resources
        if "*" in resource and resource != "*"
    }
    assert wild
    others = {(name, resource) for name, resource in wild if not ours.fullmatch(resource)}
    assert {name for name, resource in others if not empties.fullmatch(resource)} == set()
    functions = synthesized.functions()
    emptying = {role_of(functions[name]["Properties"]["Role"]) for name in functions if name == "empty_buckets"}
    assert {name for name, _ in others} == emptying, "only what empties the buckets reaches all of them"


def test_a_role_is_handed_only_to_the_service_that_it_trusts(synthesized: Synthesized) -> None:
    roles = synthesized.resources("AWS::IAM::Role")
    passed = 0
    for name in roles:
        for one in synthesized.statements(name):
            if "iam:PassRole" in one.actions:
                assert one.actions == ("iam:PassRole",)
                service = one.conditions["StringEquals"]["iam:PassedToService"]
                for arn in one.resources:
                    assert trusted_by(roles[role_of(arn)]) == [{"Service": service}]
                    passed += 1
    # The role of the preparation on Spark is its Glue job's own.
    # Model's role twice: for its own contestants and for Autopilot's. Autopilot's twice: it hands it to its own jobs.
    of_run = ["train", "evaluate", "report", "candidates", *(["prepare"] if synthesized.engine == "duckdb" else [])]
    assert passed == len(of_run) + len(["model", "model", "Personalize", "Autopilot", "Autopilot", "rank"])


def test_every_function_has_a_role_and_a_log_of_its_own(synthesized: Synthesized) -> None:
    functions = synthesized.functions()
    roles = {name: role_of(one["Properties"]["Role"]) for name, one in functions.items()}
    assert len(set(roles.values())) == len(functions)
    groups = synthesized.resources("AWS::Logs::LogGroup")
    for name, one in functions.items():
        group = one["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert groups[group]["Properties"]["LogGroupName"] == f"/aws/lambda/{one['Properties']['FunctionName']}"
        writes = [one for one in synthesized.statements(roles[name]) if "logs:PutLogEvents" in one.actions]
        assert [one.resources for one in writes] == [(f"${{{group}.Arn}}",)]


def called_actions(resource: str, arguments: Mapping[str, Any]) -> set[str]:
    """The IAM actions that a task needs."""
    sync = resource.endswith((".sync", ".sync:2"))
    service, _, operation = (
        resource.removesuffix(".sync:2").removesuffix(".sync").removeprefix("aws-sdk:").partition(":")
    )
    call = operation[0].upper() + operation[1:]
    actions = {
        "lambda:invoke": {"lambda:InvokeFunction"},
        "s3:listObjectsV2": {"s3:ListBucket"},
    }.get(f"{service}:{operation}", {f"{service}:{call}"})
    if sync and service == "states":
        actions |= {"states:DescribeExecution", "states:StopExecution"}
    elif sync and service == "glue":  # it asks for the state itself, and of stopping there is the batch only
        actions |= {"glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"}
    elif sync:
        actions |= {f"{service}:{verb}{call.removeprefix('Create')}" for verb in ("Describe", "Stop")}
    if "Tags" in arguments:
        actions.add({"sagemaker": "sagemaker:AddTags", "personalize": "personalize:TagResource"}[service])
    return actions


MACHINES = ("run", "sagemaker-contestant", "personalize-contestant", "autopilot-contestant")


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_may_do_what_its_definition_does_and_no_more(synthesized: Synthesized, name: str) -> None:
    machine = synthesized.machines()[name]
    granted = {action for one in synthesized.statements(machine.role) for action in one.actions}
    called = {action for resource, arguments in machine.tasks() for action in called_actions(resource, arguments)}
    assert called - granted == set(), "the run would fail there"
    assert granted - called - OF_EVERY_MACHINE == set(), "nothing in the definition needs these"


def allowed(synthesized: Synthesized, machine: Machine, action: str) -> set[str]:
    return {
        resource for one in synthesized.statements(machine.role) if action in one.actions for resource in one.resources
    }


def values_of(machine: Machine, key: str) -> set[str]:
    """Every value of a key such as ``RoleArn``, anywhere in the tasks' arguments."""

    def found(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*(found(one) for one in value))
        if isinstance(value, dict):
            here = {value[key]} if isinstance(value.get(key), str) else set()
            return here.union(*(found(one) for one in value.values()))
        return set()

    return set().union(*(found(arguments) for _, arguments in machine.tasks()))


def test_the_run_may_invoke_just_the_functions_that_it_calls(synthesized: Synthesized) -> None:
    run = synthesized.machines()["run"]
    called = values_of(run, "FunctionName")
    assert allowed(synthesized, run, "lambda:InvokeFunction") == called
    steps = set(synthesized.functions()) - {
        "get_contestants",
        "get_recommendations",
        "get_similar_items",
        "remove_remains",
        "empty_buckets",
    }
    assert called == {f"${{{synthesized.functions()[name]['LogicalId']}.Arn}}" for name in steps}


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_may_hand_on_just_the_roles_that_it_names(synthesized: Synthesized, name: str) -> None:
    machine = synthesized.machines()[name]
    named = values_of(machine, "RoleArn") | values_of(machine, "ExecutionRoleArn")
    assert named
    assert allowed(synthesized, machine, "iam:PassRole") == named


def test_who_looks_whether_a_file_is_there_may_list_the_bucket(synthesized: Synthesized) -> None:
    """Without that right S3 says of what is not there that access is denied."""
    listing = {
        name
        for name, function in synthesized.functions().items()
        for one in synthesized.statements(role_of(function["Properties"]["Role"]))
        if "s3:ListBucket" in one.actions
    }
    looking = {"plan_run", "plan_restoration", "plan_contestants", "collect_lists", "release_backends"}
    assert listing - {"empty_buckets"} == looking


def test_metrics_are_written_by_the_gate_and_into_our_namespace_only(synthesized: Synthesized) -> None:
    functions = synthesized.functions()
    writers = {
        name: one.conditions
        for name, function in functions.items()
        for one in synthesized.statements(role_of(function["Properties"]["Role"]))
        if "cloudwatch:PutMetricData" in one.actions
    }
    assert writers == {"decide_promotion": {"StringEquals": {"cloudwatch:namespace": METRICS_NAMESPACE}}}


def test_the_run_may_start_just_its_children_and_itself(synthesized: Synthesized) -> None:
    children = {
        f"${{{name}}}"
        for name, one in synthesized.resources("AWS::StepFunctions::StateMachine").items()
        if one["Properties"]["StateMachineName"].endswith("-contestant")
    }
    run = synthesized.machines()["run"]
    assert len(children) == 3
    [chosen, itself] = [
        one["StateMachineArn"] for resource, one in run.tasks() if resource.startswith("states:startExecution")
    ]
    assert set(re.findall(r"\$\{\w+\}", chosen)) - {"${AWS::AccountId}"} == children
    assert itself.endswith(f":stateMachine:{synthesized.prefix}-run"), "by its name: a reference would be a cycle"
    assert allowed(synthesized, run, "states:StartExecution") == {*children, itself}
    machines = synthesized.resources("AWS::StepFunctions::StateMachine").values()
    names = {one["Properties"]["StateMachineName"] for one in machines}
    assert f"{synthesized.prefix}-run" in names
    stops = {one.split(":execution:")[1] for one in allowed(synthesized, run, "states:StopExecution")}
    assert stops == {f"{name}:*" for name in names}


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_hears_of_the_end_of_every_job_that_it_waits_for(synthesized: Synthesized, name: str) -> None:
    machine = synthesized.machines()[name]
    rules = {
        "sagemaker:createProcessingJob.sync": "SageMakerProcessingJobs",
        "sagemaker:createTrainingJob.sync": "SageMakerTrainingJobs",
        "sagemaker:createTransformJob.sync": "SageMakerTransformJobs",
        "states:startExecution.sync:2": "StepFunctionsExecution",
    }
    waits = {resource for resource, _ in machine.tasks() if ".sync" in resource} - {"glue:startJobRun.sync"}
    heard = {one.rpartition("/")[2] for one in allowed(synthesized, machine, "events:PutRule")}
    assert heard == {f"StepFunctionsGetEventsFor{rules[one]}Rule" for one in waits}


def test_the_run_may_start_just_its_glue_job(on_spark: Synthesized) -> None:
    run = on_spark.machines()["run"]
    [name] = [one["JobName"] for resource, one in run.tasks() if resource == "glue:startJobRun.sync"]
    assert allowed(on_spark, run, "glue:StartJobRun") == {
        f"arn:aws:glue:{on_spark.region}:${{AWS::AccountId}}:job/{name}"
    }


def test_the_glue_job_reads_raw_data_writes_prepared_data_and_no_log_but_its_own(on_spark: Synthesized) -> None:
    [job] = on_spark.resources("AWS::Glue::Job").values()
    statements = on_spark.statements(role_of(job["Properties"]["Role"]))
    written = {one for each in statements if "s3:PutObject" in each.actions for one in each.resources}
    assert [one.rpartition("/prepared/")[2] for one in written] == ["*"]
    groups = on_spark.resources("AWS::Logs::LogGroup")
    [logging] = [one.resources for one in statements if "logs:PutLogEvents" in one.actions]
    prefix = job["Properties"]["DefaultArguments"]["--custom-logGroup-prefix"]
    assert {groups[one[2:].removesuffix(".Arn}")]["Properties"]["LogGroupName"] for one in logging} == {
        f"{prefix}/output",
        f"{prefix}/error",
    }
