"""Brings one contestant's backend up, an endpoint or a campaign; the item processor of `Stage endpoints`."""

from typing import Any

from stacks.workflow.asl import (
    FIRST_WAIT_SECONDS,
    State,
    Step,
    assign,
    caught,
    choice,
    expression,
    sequence,
    short_reason_of,
    task,
    until_ready,
)
from stacks.workflow.resources import Functions, Resources
from stacks.workflow.tables import stored_rows

_NONE = "none"  # the status of what is not there


def stage_backend(resources: Resources, functions: Functions) -> dict[str, Any]:
    """Creates what is not there yet, or failed before, and waits until it serves.

    What goes wrong is this contestant's outcome only.
    """
    is_campaign, is_stored = (f"$staged.backend.type = '{kind}'" for kind in ("personalize-campaign", "stored-lists"))
    steps = sequence(
        ("Take the contestant", assign(staged="$states.input")),
        *stored_rows(resources, functions, following="How is it asked?"),
        (
            "How is it asked?",
            choice((is_campaign, "Look for the campaign"), (is_stored, "Serves"), otherwise="Look for the endpoint"),
        ),
        *_endpoint(resources),
        *_campaign(resources),
        ("Serves", {"Type": "Pass", "Output": {"name": expression("$staged.name"), "status": "ok"}, "End": True}),
        ("Refused", _not_staged(short_reason_of("$refusal"))),
    )
    steps["States"] = {
        name: caught(state, following="Refused", variable="refusal") if state["Type"] in ("Task", "Map") else state
        for name, state in steps["States"].items()
    }
    return steps


def _not_staged(reason: str) -> State:
    outcome = {"name": expression("$staged.name"), "status": "failed", "reason": expression(reason)}
    return {"Type": "Pass", "Output": outcome, "End": True}


def _endpoint(resources: Resources) -> list[Step]:
    name = expression("$staged.backend.name")
    return [
        (
            "Look for the endpoint",
            task(
                "aws-sdk:sagemaker:listEndpoints",
                {"NameContains": name, "MaxResults": 100},
                Output=_status("Endpoints[EndpointName = $staged.backend.name].EndpointStatus"),
            ),
        ),
        (
            "Endpoint there?",
            choice(
                (_is(_NONE), "Look for the endpoint configuration"),
                (_is("Failed"), "Delete the failed endpoint"),
                (_is("Deleting"), "Wait for the endpoint's deletion"),
                otherwise="Begin to wait for endpoint",
            ),
        ),
        ("Delete the failed endpoint", task("aws-sdk:sagemaker:deleteEndpoint", {"EndpointName": name})),
        ("Wait for the endpoint's deletion", _wait_and(look="Look for the endpoint")),
        (
            "Look for the endpoint configuration",
            task(
                "aws-sdk:sagemaker:listEndpointConfigs",
                {"NameContains": name, "MaxResults": 100},
                Output={
                    "there": expression("$staged.backend.name in $states.result.EndpointConfigs.EndpointConfigName")
                },
            ),
        ),
        (
            "Configuration there?",
            choice(
                ("$states.input.there", "Create the endpoint"),
                ("$staged.backend.type = 'autopilot-endpoint'", "Configure the pipeline's endpoint"),
                otherwise="Configure the endpoint",
            ),
        ),
        ("Configure the pipeline's endpoint", {**_configure(resources, pipeline=True), "Next": "Create the endpoint"}),
        ("Configure the endpoint", _configure(resources, pipeline=False)),
        (
            "Create the endpoint",
            task(
                "aws-sdk:sagemaker:createEndpoint",
                {"EndpointName": name, "EndpointConfigName": name, "Tags": resources.tags("$staged.runId")},
            ),
        ),
        *until_ready(
            "endpoint",
            task("aws-sdk:sagemaker:describeEndpoint", {"EndpointName": name}),
            status="$states.result.EndpointStatus",
            ready="InService",
            failed=("Failed", "OutOfService", "Deleting"),
            reason="$states.result.FailureReason",
            following="Serves",
            otherwise=_not_staged("$states.input.reason"),
        ),
    ]


def _status(found: str) -> dict[str, Any]:
    """The output of a look: the status of the first that is `found`, JSONata in the call's result."""
    status = f"($states.result.{found})[0]"
    return {"status": expression(f"$exists({status}) ? {status} : '{_NONE}'")}


def _is(*statuses: str) -> str:
    return f"$states.input.status in {list(statuses)}"


def _wait_and(*, look: str) -> State:
    """A name is free only once its former holder is gone, which takes minutes."""
    return {"Type": "Wait", "Seconds": FIRST_WAIT_SECONDS, "Next": look}


def _configure(resources: Resources, *, pipeline: bool) -> State:
    """A serverless endpoint takes no pipeline of containers, which Autopilot's candidates are: those get an instance.

    https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    """
    serving = resources.config.serving
    capacity: dict[str, Any] = (
        {"ServerlessConfig": {"MemorySizeInMB": serving.memory_mb, "MaxConcurrency": serving.max_concurrency}}
        if serving.mode == "serverless" and not pipeline
        else {"InstanceType": serving.instance_type, "InitialInstanceCount": 1}
    )
    # As a call of the SDK: the optimized integration's list of parameters has no ServerlessConfig.
    return task(
        "aws-sdk:sagemaker:createEndpointConfig",
        {
            "EndpointConfigName": expression("$staged.backend.name"),
            "ProductionVariants": [{"VariantName": "all", "ModelName": expression("$staged.backend.name"), **capacity}],
            "Tags": resources.tags("$staged.runId"),
        },
    )


def _campaign(resources: Resources) -> list[Step]:
    look = task(
        "aws-sdk:personalize:listCampaigns",
        {"SolutionArn": expression(f"'{resources.personalize_arn('solution/')}' & $staged.resourceName")},
        Output=_status("Campaigns[CampaignArn = $staged.backend.arn].Status"),
    )
    # The least and the cheapest, billed asked or not: bakeoff/pricing counts on it, so it is not left to a default.
    create = task(
        "aws-sdk:personalize:createCampaign",
        {
            "Name": expression("$staged.resourceName"),
            "SolutionVersionArn": expression("$staged.modelVersion"),
            "MinProvisionedTPS": 1,
            "Tags": resources.personalize_tags("$staged.runId"),
        },
        Next="Begin to wait for campaign",
    )
    arn = expression("$staged.backend.arn")
    return [
        ("Look for the campaign", look),
        (
            "Campaign there?",
            choice(
                (_is(_NONE), "Create the campaign"),
                (_is("CREATE FAILED"), "Delete the failed campaign"),
                (_is("DELETE PENDING", "DELETE IN_PROGRESS"), "Wait for the campaign's deletion"),
                otherwise="Begin to wait for campaign",
            ),
        ),
        ("Delete the failed campaign", task("aws-sdk:personalize:deleteCampaign", {"CampaignArn": arn})),
        ("Wait for the campaign's deletion", _wait_and(look="Look for the campaign")),
        ("Create the campaign", create),
        *until_ready(
            "campaign",
            task("aws-sdk:personalize:describeCampaign", {"CampaignArn": arn}),
            status="$states.result.Campaign.Status",
            ready="ACTIVE",
            failed=("CREATE FAILED", "DELETE PENDING", "DELETE IN_PROGRESS"),
            reason="$states.result.Campaign.FailureReason",
            following="Serves",
            otherwise=_not_staged("$states.input.reason"),
        ),
    ]
