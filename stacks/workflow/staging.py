"""Brings one contestant's backend up, an endpoint or a campaign; the item processor of `Stage endpoints`."""

from typing import Any

from stacks.workflow.asl import State, Step, assign, caught, choice, expression, reason_of, sequence, task, until_ready
from stacks.workflow.resources import Resources


def stage_backend(resources: Resources) -> dict[str, Any]:
    """Creates what is not there yet and waits until it serves; what goes wrong is this contestant's outcome only."""
    is_campaign = "$staged.backend.type = 'personalize-campaign'"
    steps = sequence(
        ("Take the contestant", assign(staged="$states.input")),
        ("Endpoint or campaign?", choice((is_campaign, "Create the campaign"), otherwise="Look for the endpoint")),
        *_endpoint(resources),
        *_campaign(resources),
        ("Serves", {"Type": "Pass", "Output": {"name": expression("$staged.name"), "status": "ok"}, "End": True}),
        ("Refused", _not_staged(reason_of("$refusal"))),
    )
    steps["States"] = {
        name: caught(state, following="Refused", variable="refusal") if state["Type"] == "Task" else state
        for name, state in steps["States"].items()
    }
    return steps


def _not_staged(reason: str) -> State:
    outcome = {"name": expression("$staged.name"), "status": "failed", "reason": expression(reason)}
    return {"Type": "Pass", "Output": outcome, "End": True}


def _endpoint(resources: Resources) -> list[Step]:
    name = expression("$staged.backend.name")
    return [
        ("Look for the endpoint", _look_for("Endpoints", "EndpointName")),
        (
            "Endpoint there?",
            choice(
                ("$states.input.there", "Begin to wait for endpoint"), otherwise="Look for the endpoint configuration"
            ),
        ),
        ("Look for the endpoint configuration", _look_for("EndpointConfigs", "EndpointConfigName")),
        (
            "Configuration there?",
            choice(("$states.input.there", "Create the endpoint"), otherwise="Configure the endpoint"),
        ),
        ("Configure the endpoint", _configure(resources)),
        (
            "Create the endpoint",
            task(
                "sagemaker:createEndpoint",
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


def _look_for(listed: str, key: str) -> State:
    return task(
        f"aws-sdk:sagemaker:list{listed}",
        {"NameContains": expression("$staged.backend.name"), "MaxResults": 100},
        Output={"there": expression(f"$staged.backend.name in $states.result.{listed}.{key}")},
    )


def _configure(resources: Resources) -> State:
    serving = resources.config.serving
    capacity: dict[str, Any] = (
        {"ServerlessConfig": {"MemorySizeInMB": serving.memory_mb, "MaxConcurrency": serving.max_concurrency}}
        if serving.mode == "serverless"
        else {"InstanceType": serving.instance_type, "InitialInstanceCount": 1}
    )
    return task(
        "sagemaker:createEndpointConfig",
        {
            "EndpointConfigName": expression("$staged.backend.name"),
            "ProductionVariants": [{"VariantName": "all", "ModelName": expression("$staged.backend.name"), **capacity}],
            "Tags": resources.tags("$staged.runId"),
        },
    )


def _campaign(resources: Resources) -> list[Step]:
    # Without minProvisionedTPS a campaign gets one transaction a second, the least and the cheapest.
    create = task(
        "aws-sdk:personalize:createCampaign",
        {
            "Name": expression("$staged.resourceName"),
            "SolutionVersionArn": expression("$staged.modelVersion"),
            "Tags": resources.personalize_tags("$staged.runId"),
        },
    )
    return [
        (
            "Create the campaign",
            caught(
                create,
                errors=("Personalize.ResourceAlreadyExistsException",),
                following="Begin to wait for campaign",
            ),
        ),
        *until_ready(
            "campaign",
            task("aws-sdk:personalize:describeCampaign", {"CampaignArn": expression("$staged.backend.arn")}),
            status="$states.result.Campaign.Status",
            ready="ACTIVE",
            failed=("CREATE FAILED", "DELETE PENDING", "DELETE IN_PROGRESS"),
            reason="$states.result.Campaign.FailureReason",
            following="Serves",
            otherwise=_not_staged("$states.input.reason"),
        ),
    ]
