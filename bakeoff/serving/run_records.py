"""Which run serves, and the records of runs: read from SSM and DynamoDB, as they are."""

from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.naming import NO_RUN
from bakeoff.serving.attributes import from_item
from bakeoff.serving.errors import NotServingError
from bakeoff.serving.reads import RefusedError, answered

ADVICE = "Promote another run, or start a new one."


class RunRecords:
    """What the front knows of runs.

    Args:
        dynamodb: a low-level botocore client.
        ssm: a low-level botocore client.
        table: of run records.
        parameter: holds the promoted run's id.
    """

    def __init__(self, *, dynamodb: Any, ssm: Any, table: str, parameter: str) -> None:
        self._dynamodb = dynamodb
        self._ssm = ssm
        self._table = table
        self._parameter = parameter

    def promoted(self) -> dict[str, Any]:
        """The record of the run that serves.

        Raises:
            NotServingError: no run is promoted, or its record is gone.
            CloudError: SSM or DynamoDB failed.
        """
        run_id = self._promoted_run_id()
        record = self.record(run_id)
        if record is None:
            raise NotServingError("run_missing", f"The promoted run '{run_id}' has no record. {ADVICE}")
        return record

    def record(self, run_id: str) -> dict[str, Any] | None:
        """One run's record; None where there is none."""
        return get_item(self._dynamodb, self._table, {"runId": {"S": run_id}})

    def _promoted_run_id(self) -> str:
        try:
            answer = answered(self._ssm.get_parameter, Name=self._parameter)
            run_id = str(answer["Parameter"]["Value"]).strip()
        except RefusedError as error:
            if error.code != "ParameterNotFound":
                raise
            run_id = NO_RUN
        if run_id == NO_RUN:
            message = "No run is promoted yet. Start a run and ask again once it has been promoted."
            raise NotServingError("no_promoted_run", message)
        return run_id


def unreadable(run_id: object) -> NotServingError:
    """The error of a record that is no run's."""
    return NotServingError("run_unreadable", f"The record of the promoted run '{run_id}' cannot be read. {ADVICE}")


def get_item(dynamodb: Any, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
    """One item of a table; None where there is none."""
    item = answered(dynamodb.get_item, TableName=table, Key=key).get("Item")
    return None if item is None else from_item(item)
