"""The states that decide whether a run serves: staged, asked, held to what serves, switched to."""

from math import ceil

from stacks.workflow.asl import State, expression, function, sequence, short_reason_of, task
from stacks.workflow.context import RUN_ID
from stacks.workflow.publishing import money
from stacks.workflow.resources import Functions, Resources
from stacks.workflow.staging import stage_backend


def stage(resources: Resources, functions: Functions) -> State:
    """A contestant that cannot be staged does not serve; the others do."""
    return {
        "Type": "Map",
        "Items": expression("$lists.toStage"),
        "MaxConcurrency": resources.config.run.max_concurrency,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            **stage_backend(resources, functions),
        },
        "Assign": {"staging": expression("$states.result")},
    }


def measure(resources: Resources, functions: Functions) -> State:
    """One contestant after the other, so that they do not slow each other down; one that cannot be asked drops out."""
    measure = function(
        functions.measure_latency,
        {
            "contestant": expression("$states.input"),
            "dataVersion": expression("$order.dataVersion"),
            "questionsKey": expression("$order.questionsKey"),
            "questions": resources.config.run.latency_questions,
            "concurrency": resources.config.run.latency_concurrency,
        },
        Catch=[
            {
                "ErrorEquals": ["States.ALL"],
                "Next": "Record no answer",
                "Output": {
                    "name": expression("$states.input.name"),
                    "n": 0,
                    "errors": {},
                    "reason": expression(short_reason_of("$states.errorOutput")),
                },
            }
        ],
        End=True,
    )
    return {
        "Type": "Map",
        "Items": expression("[$lists.toStage[name in $staging[status = 'ok'].name]]"),
        "MaxConcurrency": 1,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            **sequence(("Ask one backend", measure), ("Record no answer", {"Type": "Pass"})),
        },
        "Assign": {"latencies": expression("$states.result")},
    }


def gate(resources: Resources, functions: Functions) -> State:
    """May the run serve, and which contestant is its default."""
    payload = {
        "runId": expression(RUN_ID),
        "order": expression("$order"),
        "lists": expression("$lists"),
        "staging": expression("$staging"),
        "latencies": expression("$latencies"),
        "defaultContestant": resources.config.run.default_contestant,
        "rules": resources.config.gate.rules(),
        "place": resources.config.serving.place,
        **money(resources),
        "default": expression("$askedDefault"),
        "byPerson": expression("$byPerson"),
        "restore": expression("$restore"),
    }
    return function(functions.decide_promotion, payload, Assign={"decision": expression("$states.result.Payload")})


def switch(resources: Resources) -> State:
    """The one write that makes a run serve. It may be repeated, and hours of work hang on it."""
    return task(
        "aws-sdk:ssm:putParameter",
        {
            "Name": resources.promoted_run_parameter,
            "Value": expression("$servingRun"),
            "Type": "String",
            "Overwrite": True,
        },
        Assign={"switched": True},
        Retry=[{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 2}],
    )


def let_front_follow(resources: Resources) -> State:
    """The front asks the former run's backends as long as it goes on with the run that it has read, and until the last
    request of that time is answered."""
    serving = resources.config.serving
    return {"Type": "Wait", "Seconds": serving.run_cache_seconds + ceil(serving.budget_ms / 1000)}
