"""The run: the parent state machine, from raw data to what serves; the table of contents of the pipeline.

An execution that is asked to restore a former run takes the same way from loading the tables on.
"""

from typing import Any

from stacks.workflow.asl import State, assign, caught, choice, expression, fail, machine, reason_of, sequence
from stacks.workflow.candidates import WANTED, write_candidates
from stacks.workflow.comparing import close_comparison, collect, contestants, evaluate, other_splits
from stacks.workflow.context import ASKED, LEARNT, ONLY_COMPARE
from stacks.workflow.planning import plan_contestants, plan_restoration, plan_run, prepare
from stacks.workflow.promoting import gate, let_front_follow, measure, stage, switch
from stacks.workflow.publishing import publish, release, write_report
from stacks.workflow.resources import Functions, Resources
from stacks.workflow.tables import load, look_for_loaded, note_loaded, remove_data

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


def run(resources: Resources, functions: Functions, machines: dict[str, str]) -> dict[str, Any]:
    """The definition.

    Args:
        machines: by kind of contestant, the ARN of the child machine that trains it.
    """
    steps = {
        "Begin": assign(
            **dict.fromkeys(LEARNT, "null"), onlyCompare=ONLY_COMPARE, switched="false", page="null", **ASKED
        ),
        "Restore a former run?": choice(("$restore != null", "Plan the restoration"), otherwise="Plan the run"),
        "Plan the restoration": plan_restoration(functions),
        "Plan the run": plan_run(resources, functions),
        "Prepared already?": choice(("$plan.preparation.there", "Plan the contestants"), otherwise="Prepare data"),
        "Prepare data": prepare(resources),
        "Plan the contestants": plan_contestants(resources, functions),
        "Look for items and histories": look_for_loaded(resources),
        # Rows are for serving, which a run that only compares does not do.
        "Loaded already?": choice(
            ("$states.input.there or $onlyCompare", "Trained already?"), otherwise="Load items and histories"
        ),
        "Load items and histories": load(functions),
        "Note that they are loaded": note_loaded(resources),
        "Trained already?": choice(("$restore != null", "Stage endpoints"), otherwise="Candidates to write?"),
        "Candidates to write?": choice((WANTED, "Write candidates"), otherwise="Contestants"),
        "Write candidates": write_candidates(resources),
        "Contestants": contestants(resources, machines),
        "Collect lists": collect(resources, functions),
        "Evaluated already?": choice(("$lists.evaluated", "Only to compare?"), otherwise="Evaluate"),
        "Evaluate": evaluate(resources),
        "Only to compare?": choice(("$onlyCompare", "Close the comparison"), otherwise="Other splits"),
        "Other splits": other_splits(resources),
        "Stage endpoints": stage(resources, functions),
        "Measure latency": measure(resources, functions),
        "Gate": gate(resources, functions),
        "Promote?": choice(("$decision.promote", "Switch"), otherwise="Keep current"),
        "Switch": switch(resources),
        "Keep current": {"Type": "Pass", "Next": "Publish report"},
        "Close the comparison": close_comparison(functions),
        "Publish report": publish(resources, functions, "$decision"),
        # What only compares, or serves again, is told on another run's page.
        "Page to write?": choice(("$restore != null or $onlyCompare", "Was there a switch?"), otherwise="Write report"),
        "Write report": write_report(resources),
        "Was there a switch?": choice((_REPLACED, "Let the front follow"), otherwise="Release what does not serve"),
        "Let the front follow": let_front_follow(resources),
        "Release what does not serve": release(functions),
        "Remove data that does not serve": remove_data(functions, step="Delete one part", following="Done"),
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
            publish(resources, functions, outcome), following=_RELEASE_AFTER_FAILURE, variable="publishing"
        ),
        _RELEASE_AFTER_FAILURE: caught(release(functions), following="Run failed", variable="releasing"),
        _REMOVE_AFTER_FAILURE: caught(
            remove_data(functions, step="Delete one part of the failed run", following="Run failed"),
            following="Run failed",
            variable="removing",
        ),
        "Run failed": fail(
            expression("$problem.Error"), expression(f"($switched ? '{_SERVES} ' : '') & {reason_of('$problem')}")
        ),
    }
