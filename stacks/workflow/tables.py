"""The states that fill the tables of titles and histories, and that take rows out again."""

from bakeoff.contracts.stored_rows import LISTS_TABLE
from stacks.workflow.asl import State, Step, choice, expression, function, sequence, task
from stacks.workflow.resources import Functions, Resources


def look_for_loaded(resources: Resources) -> State:
    """Whether the mark is there that all rows of the data version are."""
    return task(
        "dynamodb:getItem",
        {"TableName": resources.items_table, "Key": {"key": {"S": expression("$order.loadedKey")}}},
        Output={"there": expression("$exists($states.result.Item)")},
    )


def load(functions: Functions) -> State:
    """Write the rows of every part, some parts at once."""
    return _for_each_part(functions, "$order.parts", "put", step="Put one part")


def note_loaded(resources: Resources) -> State:
    """The mark, written when all rows are."""
    return task(
        "dynamodb:putItem",
        {"TableName": resources.items_table, "Item": {"key": {"S": expression("$order.loadedKey")}}},
    )


def stored_rows(resources: Resources, functions: Functions, *, following: str) -> list[Step]:
    """The rows of one staged contestant's lists, where it needs some that are not loaded yet; then `following`."""
    mark = {"TableName": resources.lists_table, "Key": {"key": {"S": expression("$staged.loadedKey")}}}
    look = task("dynamodb:getItem", mark, Output={"there": expression("$exists($states.result.Item)")})
    note = {"TableName": resources.lists_table, "Item": mark["Key"]}
    # Of one file a list all the same.
    parts = f"[[0..$staged.parts - 1].{{'table': '{LISTS_TABLE}', 'rows': $staged.rows, 'number': $}}]"
    return [
        ("Rows to load?", choice(("$staged.parts > 0", "Look for stored rows"), otherwise=following)),
        ("Look for stored rows", look),
        ("Rows there?", choice(("$states.input.there", following), otherwise="Load stored rows")),
        ("Load stored rows", _for_each_part(functions, parts, "put", step="Put one part of lists")),
        ("Note the stored rows", {**task("dynamodb:putItem", note), "Next": following}),
    ]


def remove_data(functions: Functions, *, step: str, following: str) -> State:
    """Delete the rows of the data versions that no run needs; `step` names the state that deletes one part."""
    return {**_for_each_part(functions, "$released.parts", "delete", step=step), "Next": following}


def _for_each_part(functions: Functions, parts: str, action: str, *, step: str) -> State:
    """Load or delete every part; `step` names the one state inside, for names count once in a whole machine."""
    one = function(functions.load_table, {"part": expression("$states.input"), "action": action}, End=True)
    return {
        "Type": "Map",
        "Items": expression(parts),
        "MaxConcurrency": 8,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            **sequence((step, one)),
        },
        "Output": {},
    }
