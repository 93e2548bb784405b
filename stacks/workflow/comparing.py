"""The states that train the contestants and compare them, on this split and on others."""

from stacks.workflow.asl import State, expression, function, sequence, short_reason_of, task
from stacks.workflow.context import RUN_ID
from stacks.workflow.jobs import processing_job
from stacks.workflow.resources import Functions, Resources


def contestants(resources: Resources, machines: dict[str, str]) -> State:
    """Every contestant is a child execution: it fails alone, and keeps an event history of its own. So is the promoted
    run's default, which is only asked for lists."""
    by_kind = " : ".join(f"$states.input.kind = '{kind}' ? '{arn}'" for kind, arn in machines.items())
    train = task(
        "states:startExecution.sync:2",
        {
            "StateMachineArn": expression(f"{by_kind} : $error('no machine trains contestants of this kind')"),
            "Name": expression("$states.input.executionName"),
            "Input": expression("$states.input"),
        },
        Output=expression("$states.result.Output"),
        Catch=[
            {
                "ErrorEquals": ["States.ALL"],
                "Next": "Record failure",
                "Output": {
                    "name": expression("$states.input.name"),
                    "status": "failed",
                    "reason": expression(short_reason_of("$states.errorOutput")),
                },
            }
        ],
        End=True,
    )
    return {
        "Type": "Map",
        "Items": expression("[$order.contestants, $order.incumbent.spec]"),
        "MaxConcurrency": resources.config.run.max_concurrency,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            **sequence(("Train and write lists", train), ("Record failure", {"Type": "Pass", "End": True})),
        },
        "Assign": {"outcomes": expression("$states.result")},
    }


def collect(resources: Resources, functions: Functions) -> State:
    """Who finished, and where the lists lie."""
    payload = {
        "runId": expression(RUN_ID),
        "order": expression("$order"),
        "outcomes": expression("$outcomes"),
        "evaluationSourceHash": resources.evaluate.hash,
    }
    return function(functions.collect_lists, payload, Assign={"lists": expression("$states.result.Payload")})


def evaluate(resources: Resources) -> State:
    """One job for all contestants: figures, tests, and the comparison with what serves."""
    return processing_job(
        name=expression("$lists.evaluationJobName"),
        source=resources.evaluate,
        image=resources.config.images["scikit-learn"],
        script="evaluate.py",
        job=resources.config.jobs.evaluate,
        inputs={
            "prepared": {"S3Uri": expression("$plan.preparation.uri"), "S3DataType": "S3Prefix"},
            "lists": {"S3Uri": expression("$lists.manifestUri"), "S3DataType": "ManifestFile"},
            "run": {"S3Uri": expression("$lists.runUri"), "S3DataType": "S3Prefix"},
            "incumbent": {"S3Uri": expression("$order.learntUri"), "S3DataType": "S3Prefix"},
            "curves": {"S3Uri": expression("$lists.curvesUri"), "S3DataType": "ManifestFile"},
        },
        output_uri=expression("$lists.evaluationUri"),
        environment={"RUN_ID": expression(RUN_ID)},
        tags=resources.tags(RUN_ID),
    )


def other_splits(resources: Resources) -> State:
    """This machine once more for every other split, one after the other; it compares there and stages nothing."""
    compare = task(
        "states:startExecution.sync:2",
        {
            "StateMachineArn": resources.run_machine_arn,
            "Name": expression("$states.input.executionName"),
            "Input": {
                "dataset": expression("$plan.dataset"),
                # Who could not be trained on the main split has no place in an order to compare.
                "contestants": expression("[$lists.contestants[status = 'ok'].name]"),
                "split": expression("$states.input.strategy"),
                "onlyCompare": True,
            },
        },
        Output=_outcome_of_split(status="ok", evaluation_key="$states.result.Output.evaluationKey", reason="null"),
        Catch=[
            {
                "ErrorEquals": ["States.ALL"],
                "Next": "Record failed comparison",
                "Output": _outcome_of_split(
                    status="failed", evaluation_key="null", reason=short_reason_of("$states.errorOutput")
                ),
            }
        ],
        End=True,
    )
    return {
        "Type": "Map",
        "Items": expression("$plan.otherSplits"),
        "MaxConcurrency": 1,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            **sequence(("Compare on another split", compare), ("Record failed comparison", {"Type": "Pass"})),
        },
        "Assign": {"otherSplits": expression("$states.result")},
    }


def _outcome_of_split(*, status: str, evaluation_key: str, reason: str) -> State:
    return {
        "strategy": expression("$states.input.strategy"),
        "runId": expression("$states.input.executionName"),
        "status": status,
        "evaluationKey": expression(evaluation_key),
        "reason": expression(reason),
    }


def close_comparison(functions: Functions) -> State:
    """Instead of the gate, where a run only compares."""
    payload = {"runId": expression(RUN_ID), "onlyCompare": True}
    payload |= {name: expression(f"${name}") for name in ("order", "lists")}
    return function(functions.decide_promotion, payload, Assign={"decision": expression("$states.result.Payload")})
