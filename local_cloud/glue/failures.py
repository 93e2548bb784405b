"""Says of a failed script what Glue says in ErrorMessage: the exception, with its place in the script."""

import re
from collections.abc import Sequence

LONGEST_MESSAGE = 2048  # characters
_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(r"(?:[A-Za-z_]\w*\.)*([A-Z]\w*)(: .*)?")
_LOG_LINE = re.compile(r"\d\d/\d\d/\d\d \d\d:\d\d:\d\d ")


def error_message(lines: Sequence[str], *, script: str, exit_code: int) -> str:
    """The ErrorMessage of a script that ended with `exit_code`.

    Args:
        lines: what it printed last.
        script: the path that its traceback names.
    """
    starts = [at for at, line in enumerate(lines) if line == _TRACEBACK]
    if not starts:
        return f"Command failed with exit code {exit_code}"
    traceback = lines[starts[-1] + 1 :]
    place = f'File "{script}", line '
    numbers = [line.strip().removeprefix(place).split(",")[0] for line in traceback if line.strip().startswith(place)]
    raised = next((at for at, line in enumerate(traceback) if _RAISED.fullmatch(line)), None)
    if raised is None:
        return f"Command failed with exit code {exit_code}"
    message = []
    for line in traceback[raised:]:
        if _LOG_LINE.match(line):
            break
        message.append(line)
    found = _RAISED.fullmatch(message[0])
    told = "\n".join([f"{found[1]}{found[2] or ''}" if found else message[0], *message[1:]])
    number = f"Failed Line Number: {numbers[-1]}; " if numbers else ""
    return f"Error Category: UNCLASSIFIED_ERROR; {number}{told}"[:LONGEST_MESSAGE]
