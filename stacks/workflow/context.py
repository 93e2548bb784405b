"""JSONata of a run's own context: its id, what it was asked for, and the variables that it fills as it goes."""

from bakeoff.contracts.naming import AUTO
from stacks.workflow.asl import or_null

RUN_ID = "$states.context.Execution.Name"
EXECUTION_ARN = "$states.context.Execution.Id"
# The variables that a run fills as it goes; null until then, so that a failed run's report can say how far it came.
LEARNT = ("plan", "order", "outcomes", "lists", "otherSplits", "staging", "latencies")
# What a run tells the executions that it starts for other splits.
ONLY_COMPARE = "$states.input.onlyCompare = true"
# What whoever starts an execution may ask for, beside data set and contestants.
ASKED = {
    "restore": or_null("$states.input.restore"),
    # Who writes the input by hand may write null for "not asked".
    "askedDefault": f"$states.input.default != null ? $states.input.default : '{AUTO}'",
    "byPerson": "$states.input.promote = true",
    "servingRun": f"$states.input.restore != null ? $states.input.restore : {RUN_ID}",
}
