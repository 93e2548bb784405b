"""A few words for writing Amazon States Language (JSONata) so that a machine reads from top to bottom."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

State = dict[str, Any]
Step = tuple[str, State]

# Step Functions best practices: what a Lambda invocation may be retried on.
_LAMBDA_RETRY = [
    {
        "ErrorEquals": [
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
        ],
        "IntervalSeconds": 2,
        "MaxAttempts": 5,
        "BackoffRate": 2,
    }
]
# Where a description tells why it failed: of a processing job, another SageMaker job, a Glue run, an execution; and in
# what a Lambda function raised.
_REASONS = ("ExitMessage", "FailureReason", "ErrorMessage", "Cause", "errorMessage")
LONGEST_REASON = 1_000  # characters
# A poll starts after a minute and slows to five: long jobs would fill the history of an execution otherwise.
FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 300


def sequence(*steps: Step) -> dict[str, Any]:
    """A definition whose states follow each other in the order given; a state that names its own way keeps it."""
    for (_, state), (following, _) in pairwise(steps):
        if not _goes_its_own_way(state):
            state["Next"] = following
    if not _goes_its_own_way(steps[-1][1]):
        steps[-1][1]["End"] = True
    return {"StartAt": steps[0][0], "States": dict(steps)}


def _goes_its_own_way(state: State) -> bool:
    return "Next" in state or "End" in state or state["Type"] in ("Choice", "Succeed", "Fail")


def machine(comment: str, definition: dict[str, Any], *, timeout_seconds: int) -> dict[str, Any]:
    """The whole of a state machine."""
    return {"Comment": comment, "QueryLanguage": "JSONata", "TimeoutSeconds": timeout_seconds, **definition}


def expression(jsonata: str) -> str:
    return f"{{% {jsonata} %}}"


def or_null(jsonata: str) -> str:
    """Step Functions refuses an expression without a value; null says the same in words it takes."""
    return f"$exists({jsonata}) ? {jsonata} : null"


def reason_of(error: str) -> str:
    """JSONata of the sentence for a person in an error output.

    The Cause is a sentence, or JSON: a failed job's or execution's description, or what a Lambda function raised. An
    execution that was stopped or took too long has no reason, only a status; some errors have a name only.
    """
    said = " : ".join(f"$exists($told.{key}) ? $told.{key}" for key in _REASONS)
    ended = "$exists($told.ExecutionArn) ? 'The execution ' & $told.Name & ' ended as ' & $told.Status & '.'"
    return (
        f"($cause := $exists({error}.Cause) ? {error}.Cause : {error}.Error; "
        f"$told := $substring($cause, 0, 1) = '{{' ? $parse($cause) : {{}}; {said} : {ended} : $cause)"
    )


def short_reason_of(error: str) -> str:
    """The beginning of `reason_of`, where many are gathered: what a state hands on has 256 KB at the most."""
    return f"$substring({reason_of(error)}, 0, {LONGEST_REASON})"


def task(resource: str, arguments: Mapping[str, Any], **extra: Any) -> State:
    """A call of an integration: `resource` is what follows ``arn:aws:states:::``."""
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": dict(arguments), **extra}


def function(function_arn: str, payload: Mapping[str, Any], **extra: Any) -> State:
    """A call of a Lambda function; its answer is the state's result."""
    return task(
        "lambda:invoke",
        {"FunctionName": function_arn, "Payload": dict(payload)},
        **{"Output": expression("$states.result.Payload"), "Retry": _LAMBDA_RETRY, **extra},
    )


def assign(**variables: str) -> State:
    """A `Pass` state that sets variables to JSONata expressions."""
    return {"Type": "Pass", "Assign": {name: expression(value) for name, value in variables.items()}}


def choice(*ways: tuple[str, str], otherwise: str) -> State:
    """The first way whose JSONata condition holds, or `otherwise`."""
    return {
        "Type": "Choice",
        "Choices": [{"Condition": expression(condition), "Next": following} for condition, following in ways],
        "Default": otherwise,
    }


def fail(error: str, cause: str) -> State:
    return {"Type": "Fail", "Error": error, "Cause": cause}


def caught(state: State, *, following: str, errors: tuple[str, ...] = ("States.ALL",), variable: str = "") -> State:
    """`state` with a way out for `errors`; the error goes into `variable` where one is named."""
    way: dict[str, Any] = {"ErrorEquals": list(errors), "Next": following}
    if variable:
        way["Assign"] = {variable: expression("$states.errorOutput")}
    return {**state, "Catch": [*state.get("Catch", []), way]}


def until_ready(
    what: str,
    describe: State,
    *,
    status: str,
    ready: str,
    failed: tuple[str, ...],
    reason: str,
    following: str,
    otherwise: State | None = None,
) -> list[Step]:
    """Describe, choose, wait: for what Step Functions cannot `.sync`. The wait grows from one to five minutes.

    Args:
        what: names the states, such as ``campaign``.
        describe: the describing call.
        status: JSONata of the status in the call's result.
        ready: the status that ends the loop well.
        failed: the statuses that end it badly.
        reason: JSONata of the failure's reason in the call's result.
        following: the state after.
        otherwise: what comes after a bad end, with the ``reason`` as its input; the execution fails where it is None.
    """
    look, wait, unfit = f"Describe {what}", f"Wait for {what}", f"{what} failed".capitalize()
    describe = {
        **describe,
        "Output": {"status": expression(status), "reason": expression(f"$exists({reason}) ? {reason} : ''")},
    }
    is_failed = " or ".join(f"$states.input.status = '{word}'" for word in failed)
    return [
        (f"Begin to wait for {what}", assign(waitSeconds=str(FIRST_WAIT_SECONDS))),
        (look, describe),
        (
            f"{what} ready?".capitalize(),
            choice((f"$states.input.status = '{ready}'", following), (is_failed, unfit), otherwise=wait),
        ),
        (
            wait,
            {
                "Type": "Wait",
                "Seconds": expression("$waitSeconds"),
                "Assign": {"waitSeconds": expression(f"$min([{LONGEST_WAIT_SECONDS}, $floor($waitSeconds * 1.5)])")},
                "Next": look,
            },
        ),
        (unfit, otherwise or fail(f"Bakeoff.{_camel(what)}Failed", expression("$states.input.reason"))),
    ]


def _camel(words: str) -> str:
    return "".join(word.capitalize() for word in words.split())
