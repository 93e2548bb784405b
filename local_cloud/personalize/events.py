"""Event trackers and PutEvents: streamed events become rows of the Interactions dataset."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.kinds import DATASET_GROUP, EVENT_TRACKER, SCHEMA
from local_cloud.personalize.resources import ACTIVE
from local_cloud.personalize.schema_rules import parse_schema
from local_cloud.personalize.versions import SolutionVersionOperations
from local_cloud.service import Record

# Names in `properties` are the schema's fields in camel case: ITEM_ID is itemId.
OWN_PROPERTIES = {"itemId", "eventValue"}


class EventOperations(SolutionVersionOperations):
    def create_event_tracker(self, request: dict[str, Any]) -> dict[str, Any]:
        group = self.get_active(DATASET_GROUP, request["datasetGroupArn"])
        if self.children(EVENT_TRACKER, "datasetGroupArn", group["datasetGroupArn"]):
            raise ServiceError(
                "ResourceAlreadyExistsException", f"{group['datasetGroupArn']} already has an event tracker."
            )
        if any(tracker["name"] == request["name"] for tracker in self.records.of(EVENT_TRACKER.name).values()):
            raise ServiceError("ResourceAlreadyExistsException", f"Another event tracker is named {request['name']}.")
        tracking_id = str(uuid.uuid4())
        record = {
            "name": request["name"],
            "accountId": self.place.account,
            "trackingId": tracking_id,
            "datasetGroupArn": group["datasetGroupArn"],
        }
        arn = self.arn_of(EVENT_TRACKER, uuid.uuid4().hex[:8])
        return {**self.create(EVENT_TRACKER, arn, record, request.get("tags")), "trackingId": tracking_id}

    def describe_event_tracker(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(EVENT_TRACKER, request)

    def list_event_trackers(self, request: dict[str, Any]) -> dict[str, Any]:
        group = request.get("datasetGroupArn")
        return self.listed(EVENT_TRACKER, request, only=lambda record: group in (None, record["datasetGroupArn"]))

    def delete_event_tracker(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.delete(EVENT_TRACKER, request["eventTrackerArn"])

    def put_events(self, request: dict[str, Any]) -> dict[str, Any]:
        trackers = self.children(EVENT_TRACKER, "trackingId", request["trackingId"])
        if not trackers or trackers[0]["status"] != ACTIVE:
            raise ServiceError("InvalidInputException", f"There is no ACTIVE event tracker {request['trackingId']}.")
        dataset = self.dataset_of(trackers[0], "INTERACTIONS")
        if dataset is None:
            raise ServiceError(
                "InvalidInputException", f"{trackers[0]['datasetGroupArn']} has no Interactions dataset for events."
            )
        fields = {field.name for field in parse_schema(self.get(SCHEMA, dataset["schemaArn"])["schema"]).fields}
        rows = [_row(event, request, {_camel(name) for name in fields}) for event in request["eventList"]]
        self.rows.add_events(dataset["datasetArn"], rows)
        return {}


def _row(event: Record, request: dict[str, Any], known: set[str]) -> dict[str, Any]:
    if "metricAttribution" in event:
        raise NotPlayedError("PutEvents metricAttribution")
    properties = _properties(event)
    unknown = sorted(set(properties) - known - OWN_PROPERTIES)
    if unknown:
        raise ServiceError("InvalidInputException", f"The schema has no field(s) for {', '.join(unknown)}.")
    item_id = event.get("itemId", properties.get("itemId"))
    if not item_id:
        raise ServiceError("InvalidInputException", "An event needs an itemId.")
    value = event.get("eventValue", properties.get("eventValue"))
    return {
        "userId": request.get("userId"),
        "sessionId": request["sessionId"],
        "itemId": str(item_id),
        "eventType": event["eventType"],
        "eventValue": None if value is None else float(value),
        "timestamp": _seconds(event["sentAt"]),
    }


def _properties(event: Record) -> dict[str, Any]:
    text = event.get("properties", "{}")
    try:
        properties = json.loads(text) if isinstance(text, str) else text
    except ValueError as error:
        raise ServiceError("InvalidInputException", f"properties is not JSON: {error}") from error
    if not isinstance(properties, dict):
        raise ServiceError("InvalidInputException", "properties is not a JSON object.")
    return properties


def _camel(field: str) -> str:
    first, *rest = field.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def _seconds(sent_at: Any) -> int:
    """sentAt as it comes: seconds from the wire, or a datetime or its ISO text from Python."""
    if isinstance(sent_at, str) and not sent_at.replace(".", "", 1).isdigit():
        sent_at = datetime.fromisoformat(sent_at.replace("Z", "+00:00"))
    if isinstance(sent_at, datetime):
        return int((sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)).timestamp())
    return int(float(sent_at))
