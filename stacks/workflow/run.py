"""The run: the parent state machine, from raw data to what serves; the table of contents of the pipeline.

An execution that is asked to restore a former run takes the same way from loading the tables on.
"""

import json
from math import ceil
from typing import Any

from bakeoff.contracts.naming import AUTO
from stacks.workflow.asl import (
    State,
    assign,
    caught,
    choice,
    expression,
    fail,
    function,
    machine,
    or_null,
    reason_of,
    sequence,
    short_reason_of,
    task,
)
from stacks.workflow.jobs import processing_job, spark_job_run
from stacks.workflow.resources import Functions, Resources, SparkJob
from stacks.workflow.staging import stage_backend

_RELEASE_AFTER_FAILURE = "Release after failure"
_REMOVE_AFTER_FAILURE = "Remove data of the failed run"
# Where these go on when they fail: the report is out by then, and what it says of the run is still true. Whose rows are
# to be removed is told once only.
_AFTER_REPORT = {
    "Release what does not serve": _RELEASE_AFTER_FAILURE,
    "Remove data that does not serve": _REMOVE_AFTER_FAILURE,
}
# A run serves in place of another, which fronts may still ask.
_REPLACED = "$switched and $decision.formerRunId != null"
_SERVES = "It serves all the same; what came after the switch failed."
# The variables that a run fills as it goes; null until then, so that a failed run's report can say how far it came.
_LEARNT = ("plan", "order", "outcomes", "lists", "otherSplits", "staging", "latencies")
# What a run tells the executions that it starts for other splits.
_ONLY_COMPARE = "$states.input.onlyCompare = true"


def run(resources: Resources, functions: Functions, machines: dict[str, str]) -> dict[str, Any]:
    """The definition.

    Args:
        machines: by kind of contestant, the ARN of the child machine that trains it.
    """
    steps = {
        "Begin": assign(
            **dict.fromkeys(_LEARNT, "null"), onlyCompare=_ONLY_COMPARE, switched="false", page="null", **_ASKED
        ),
        "Restore a former run?": choice(("$restore != null", "Plan the restoration"), otherwise="Plan the run"),
        "Plan the restoration": _plan_restoration(functions),
        "Plan the run": _plan_run(resources, functions),
        "Prepared already?": choice(("$plan.preparation.there", "Plan the contestants"), otherwise="Prepare data"),
        "Prepare data": _prepare(resources),
        "Plan the contestants": _plan_contestants(resources, functions),
        "Look for items and histories": _look_for_loaded(resources),
        # Rows are for serving, which a run that only compares does not do.
        "Loaded already?": choice(
            ("$states.input.there or $onlyCompare", "Trained already?"), otherwise="Load items and histories"
        ),
        "Load items and histories": _load(functions),
        "Note that they are loaded": _note_loaded(resources),
        "Trained already?": choice(("$restore != null", "Stage endpoints"), otherwise="Contestants"),
        "Contestants": _contestants(resources, machines),
        "Collect lists": _collect(resources, functions),
        "Evaluated already?": choice(("$lists.evaluated", "Only to compare?"), otherwise="Evaluate"),
        "Evaluate": _evaluate(resources),
        "Only to compare?": choice(("$onlyCompare", "Close the comparison"), otherwise="Other splits"),
        "Other splits": _other_splits(resources),
        "Stage endpoints": _stage(resources),
        "Measure latency": _measure(resources, functions),
        "Gate": _gate(resources, functions),
        "Promote?": choice(("$decision.promote", "Switch"), otherwise="Keep current"),
        "Switch": _switch(resources),
        "Keep current": {"Type": "Pass", "Next": "Publish report"},
        "Close the comparison": _close_comparison(functions),
        "Publish report": _publish(resources, functions, "$decision"),
        # What only compares, or serves again, is told on another run's page.
        "Page to write?": choice(("$restore != null or $onlyCompare", "Was there a switch?"), otherwise="Write report"),
        "Write report": _write_report(resources),
        "Was there a switch?": choice((_REPLACED, "Let the front follow"), otherwise="Release what does not serve"),
        "Let the front follow": _let_front_follow(resources),
        "Release what does not serve": _release(functions),
        "Remove data that does not serve": _remove_data(functions, step="Delete one part", following="Done"),
        "Done": {"Type": "Pass", "Output": expression("$merge([$report, {'page': $page}])"), "End": True},
    }
    guarded = {
        name: caught(state, following=_AFTER_REPORT.get(name, "Publish failure"), variable="problem")
        if state["Type"] in ("Task", "Map") and "Catch" not in state
        else state
        for name, state in steps.items()
    }
    guarded["Switch"]["Next"] = "Publish report"
    guarded["Plan the restoration"]["Next"] = "Look for items and histories"
    return machine(
        "Prepares the data, trains the contestants, compares them, and lets the winner of the gate serve.",
        sequence(*guarded.items(), *_after_failure(resources, functions).items()),
        timeout_seconds=7 * 24 * 3600,
    )


def _after_failure(resources: Resources, functions: Functions) -> dict[str, State]:
    """A failed run leaves its report, releases what it staged, and never touches what serves.

    A run that failed after the switch serves all the same, and its report says so.
    """
    outcome = f"{{'promote': $switched, 'failed': true, 'reason': {reason_of('$problem')}}}"
    return {
        "Publish failure": caught(
            _publish(resources, functions, outcome), following=_RELEASE_AFTER_FAILURE, variable="publishing"
        ),
        _RELEASE_AFTER_FAILURE: caught(_release(functions), following="Run failed", variable="releasing"),
        _REMOVE_AFTER_FAILURE: caught(
            _remove_data(functions, step="Delete one part of the failed run", following="Run failed"),
            following="Run failed",
            variable="removing",
        ),
        "Run failed": fail(
            expression("$problem.Error"), expression(f"($switched ? '{_SERVES} ' : '') & {reason_of('$problem')}")
        ),
    }


_RUN_ID = "$states.context.Execution.Name"
_EXECUTION_ARN = "$states.context.Execution.Id"
# What whoever starts an execution may ask for, beside data set and contestants.
_ASKED = {
    "restore": or_null("$states.input.restore"),
    # Who writes the input by hand may write null for "not asked".
    "askedDefault": f"$states.input.default != null ? $states.input.default : '{AUTO}'",
    "byPerson": "$states.input.promote = true",
    "servingRun": f"$states.input.restore != null ? $states.input.restore : {_RUN_ID}",
}


def _plan_restoration(functions: Functions) -> State:
    """A former run goes straight on to staging: all that training and comparing made of it is there."""
    payload = {"restore": expression("$restore"), "executionArn": expression(_EXECUTION_ARN)}
    planned = {name: expression(f"$states.result.Payload.{name}") for name in ("plan", "order", "lists")}
    return function(functions.plan_restoration, payload, Assign=planned)


def _plan_run(resources: Resources, functions: Functions) -> State:
    config = resources.config
    catalogue = [
        {
            **contestant.to_json(),
            "image_uri": config.images.get(contestant.image or ""),
            "source_hash": resources.recommender_hashes.get(contestant.recommender or ""),
        }
        for contestant in config.contestants
    ]
    payload = {
        "runId": expression(_RUN_ID),
        "dataset": expression("$states.input.dataset"),
        "contestants": expression(
            "$exists($states.input.contestants) ? $states.input.contestants : " + json.dumps(list(config.demo))
        ),
        "catalogue": catalogue,
        "preparation": {
            "settings": config.prepare.job_settings(),
            "split": config.prepare.job_split(),
            "otherSplits": config.other_splits(),
            "sourceHash": resources.prepare.hash,
        },
        "input": expression("$states.input"),
    }
    return function(functions.plan_run, payload, Assign={"plan": expression("$states.result.Payload")})


def _prepare(resources: Resources) -> State:
    """The same preparation, on one machine or distributed, whichever engine is configured."""
    told = {
        "SETTINGS": expression("$plan.preparation.settings"),
        "SPLIT": expression("$plan.preparation.split"),
    }
    if isinstance(resources.prepare, SparkJob):
        where = {
            "RAW_URI": expression("$plan.preparation.rawUri"),
            "OUTPUT_URI": expression("$plan.preparation.uri"),
        }
        return spark_job_run(resources.prepare, {f"--{name}": value for name, value in {**where, **told}.items()})
    return processing_job(
        name=expression("$plan.preparation.jobName"),
        source=resources.prepare,
        image=resources.config.images["scikit-learn"],
        script="prepare.py",
        job=resources.config.jobs.prepare,
        inputs={"raw": {"S3Uri": expression("$plan.preparation.rawUri"), "S3DataType": "S3Prefix"}},
        output_uri=expression("$plan.preparation.uri"),
        environment=told,
        tags=resources.tags(_RUN_ID),
    )


def _plan_contestants(resources: Resources, functions: Functions) -> State:
    payload = {
        "runId": expression(_RUN_ID),
        "executionArn": expression(_EXECUTION_ARN),
        "campaignArnPrefix": resources.personalize_arn("campaign/"),
        "dataset": expression("$plan.dataset"),
        "preparation": expression("$plan.preparation"),
        "contestants": expression("$plan.contestants"),
        "onlyCompare": expression("$onlyCompare"),
    }
    return function(functions.plan_contestants, payload, Assign={"order": expression("$states.result.Payload")})


def _look_for_loaded(resources: Resources) -> State:
    return task(
        "dynamodb:getItem",
        {"TableName": resources.items_table, "Key": {"key": {"S": expression("$order.loadedKey")}}},
        Output={"there": expression("$exists($states.result.Item)")},
    )


def _load(functions: Functions) -> State:
    return _for_each_part(functions, "$order.parts", "put", step="Put one part")


def _for_each_part(functions: Functions, parts: str, action: str, *, step: str) -> State:
    """Load or delete every part; `step` names the one state inside, for names count once in a whole machine."""
    load = function(functions.load_table, {"part": expression("$states.input"), "action": action}, End=True)
    return {
        "Type": "Map",
        "Items": expression(parts),
        "MaxConcurrency": 8,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            **sequence((step, load)),
        },
        "Output": {},
    }


def _note_loaded(resources: Resources) -> State:
    return task(
        "dynamodb:putItem",
        {"TableName": resources.items_table, "Item": {"key": {"S": expression("$order.loadedKey")}}},
    )


def _contestants(resources: Resources, machines: dict[str, str]) -> State:
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


def _collect(resources: Resources, functions: Functions) -> State:
    payload = {
        "runId": expression(_RUN_ID),
        "order": expression("$order"),
        "outcomes": expression("$outcomes"),
        "evaluationSourceHash": resources.evaluate.hash,
    }
    return function(functions.collect_lists, payload, Assign={"lists": expression("$states.result.Payload")})


def _evaluate(resources: Resources) -> State:
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
        },
        output_uri=expression("$lists.evaluationUri"),
        environment={"RUN_ID": expression(_RUN_ID)},
        tags=resources.tags(_RUN_ID),
    )


def _other_splits(resources: Resources) -> State:
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


def _close_comparison(functions: Functions) -> State:
    """Instead of the gate, where a run only compares."""
    payload = {"runId": expression(_RUN_ID), "onlyCompare": True}
    payload |= {name: expression(f"${name}") for name in ("order", "lists")}
    return function(functions.decide_promotion, payload, Assign={"decision": expression("$states.result.Payload")})


def _stage(resources: Resources) -> State:
    """A contestant that cannot be staged does not serve; the others do."""
    return {
        "Type": "Map",
        "Items": expression("$lists.toStage"),
        "MaxConcurrency": resources.config.run.max_concurrency,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            **stage_backend(resources),
        },
        "Assign": {"staging": expression("$states.result")},
    }


def _measure(resources: Resources, functions: Functions) -> State:
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


def _gate(resources: Resources, functions: Functions) -> State:
    payload = {
        "runId": expression(_RUN_ID),
        "order": expression("$order"),
        "lists": expression("$lists"),
        "staging": expression("$staging"),
        "latencies": expression("$latencies"),
        "defaultContestant": resources.config.run.default_contestant,
        "rules": resources.config.gate.rules(),
        "place": resources.config.serving.place,
        **_money(resources),
        "default": expression("$askedDefault"),
        "byPerson": expression("$byPerson"),
        "restore": expression("$restore"),
    }
    return function(functions.decide_promotion, payload, Assign={"decision": expression("$states.result.Payload")})


def _switch(resources: Resources) -> State:
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


def _let_front_follow(resources: Resources) -> State:
    """The front asks the former run's backends as long as it goes on with the run that it has read, and until the last
    request of that time is answered."""
    serving = resources.config.serving
    return {"Type": "Wait", "Seconds": serving.run_cache_seconds + ceil(serving.budget_ms / 1000)}


def _money(resources: Resources) -> dict[str, Any]:
    """What costs are computed from, beside the run's own figures."""
    config = resources.config
    return {"measuredOn": config.measured_on, "deployment": config.deployment(), "prices": config.price_table()}


def _publish(resources: Resources, functions: Functions, decision: str) -> State:
    payload = {
        "runId": expression(_RUN_ID),
        "startedAt": expression("$states.context.Execution.StartTime"),
        "decision": expression(decision),
        **{name: expression(f"${name}") for name in _LEARNT},
        **_money(resources),
        "grades": resources.config.grades.to_json(),
    }
    return function(functions.publish_report, payload, Assign={"report": expression("$states.result.Payload")})


def _write_report(resources: Resources) -> State:
    """The page of the run. The run has been promoted or not by now: one without a page goes on and says why."""
    job = processing_job(
        name=expression("$lists.reportJobName"),
        source=resources.write_report,
        image=resources.config.images["scikit-learn"],
        script="write_report.py",
        job=resources.config.jobs.write_report,
        inputs={
            "report": {"S3Uri": expression(f"{_run_uri(resources)} & 'report.json'"), "S3DataType": "S3Prefix"},
            "evaluation": {"S3Uri": expression("$lists.evaluationUri & 'metrics.json'"), "S3DataType": "S3Prefix"},
            "curves": {"S3Uri": expression("$lists.curvesUri"), "S3DataType": "ManifestFile"},
        },
        output_uri=expression(_run_uri(resources)),
        environment={},
        tags=resources.tags(_RUN_ID),
    )
    unwritten = f"{{'written': false, 'reason': {reason_of('$states.errorOutput')}}}"
    return {
        **job,
        "Assign": {"page": expression("{'written': true, 'reason': null}")},
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "Next": "Was there a switch?",
                "Assign": {"page": expression(unwritten)},
            }
        ],
    }


def _run_uri(resources: Resources) -> str:
    """JSONata of the run's own folder in the bucket."""
    return f"'s3://{resources.bucket}/runs/' & {_RUN_ID} & '/'"


def _release(functions: Functions) -> State:
    payload = {"runId": expression(_RUN_ID), "onlyCompare": expression("$onlyCompare")}
    return function(functions.release_backends, payload, Assign={"released": expression("$states.result.Payload")})


def _remove_data(functions: Functions, *, step: str, following: str) -> State:
    return {**_for_each_part(functions, "$released.parts", "delete", step=step), "Next": following}
