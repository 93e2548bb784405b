"""Drives a played Personalize over storage in memory, with the steps that most tests begin with."""

import io
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from local_cloud.errors import ServiceError
from local_cloud.personalize import Personalize
from local_cloud.storage import StorageError

ROLE = "arn:aws:iam::123456789012:role/personalize"
POPULARITY = "arn:aws:personalize:::recipe/aws-popularity-count"
NAMESPACE = "com.amazonaws.personalize.schema"
INTERACTIONS_FIELDS: list[dict[str, Any]] = [
    {"name": "USER_ID", "type": "string"},
    {"name": "ITEM_ID", "type": "string"},
    {"name": "TIMESTAMP", "type": "long"},
    {"name": "EVENT_TYPE", "type": "string"},
    {"name": "EVENT_VALUE", "type": ["float", "null"]},
]
ITEM_FIELDS = ("NAME", "DESCRIPTION", "GENRE")
ITEM_MARKS: tuple[dict[str, bool], ...] = ({"itemName": True}, {"textual": True})
Row = tuple[str, str, int, str, float | None]


class MemoryStorage:
    """Objects in a dictionary; `reading` lets a test hold a job at its first read."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.reading: Callable[[], object] = lambda: None

    def objects(self, uri: str) -> list[str]:
        return sorted(key for key in self.contents if key.startswith(uri))

    def read(self, uri: str) -> BinaryIO:
        self.reading()
        if uri not in self.contents:
            raise StorageError(f"{uri} does not exist")
        return io.BytesIO(self.contents[uri])

    def write(self, uri: str, path: Path) -> None:
        self.contents[uri] = path.read_bytes()


def schema_text(name: str, fields: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"type": "record", "name": name, "namespace": NAMESPACE, "fields": fields, "version": "1.0"})


def csv_of(rows: Sequence[Row]) -> bytes:
    lines = [f"{user},{item},{at},{kind},{'' if value is None else value}" for user, item, at, kind, value in rows]
    return "\n".join(["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE", *lines, ""]).encode()


def metadata_of(items: Mapping[str, tuple[str, str, str]]) -> bytes:
    rows = [f'{item},"{name}","{description}","{genre}"' for item, (name, description, genre) in items.items()]
    return "\n".join([f"ITEM_ID,{','.join(ITEM_FIELDS)}", *rows, ""]).encode()


class Driver:
    """Drives a played Personalize as a client would, with the waiting between the steps."""

    def __init__(self, personalize: Personalize, storage: MemoryStorage) -> None:
        self.personalize = personalize
        self.storage = storage

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.personalize.call(operation, parameters)

    def refused(self, operation: str, **parameters: Any) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            self.personalize.call(operation, parameters)
        return caught.value

    def described(self, kind: str, arn: str) -> dict[str, Any]:
        member = kind[0].lower() + kind[1:]
        answer = self.call(f"Describe{kind}", **{f"{member}Arn": arn})
        record: dict[str, Any] = answer[member]
        return record

    def until(self, kind: str, arn: str, *statuses: str) -> dict[str, Any]:
        """Poll until the status is one of `statuses`, for ten seconds at most."""
        deadline = time.monotonic() + 10
        while (record := self.described(kind, arn))["status"] not in statuses:
            assert time.monotonic() < deadline, f"{arn} is {record['status']}: {record.get('failureReason')}"
            threading.Event().wait(0.002)
        return record

    def until_gone(self, kind: str, arn: str) -> None:
        deadline = time.monotonic() + 10
        while self.exists(kind, arn):
            assert time.monotonic() < deadline, f"{arn} is still there"
            threading.Event().wait(0.002)

    def exists(self, kind: str, arn: str) -> bool:
        try:
            return bool(self.described(kind, arn))
        except ServiceError as error:
            if error.code != "ResourceNotFoundException":
                raise
            return False

    def until_updated(self, campaign: str) -> None:
        deadline = time.monotonic() + 10
        while (record := self.described("Campaign", campaign))["latestCampaignUpdate"]["status"] != "ACTIVE":
            assert time.monotonic() < deadline, f"{campaign} is {record}"
            threading.Event().wait(0.002)

    def schema(self, name: str = "interactions", fields: Sequence[dict[str, Any]] = INTERACTIONS_FIELDS) -> str:
        return str(self.call("CreateSchema", name=name, schema=schema_text("Interactions", fields))["schemaArn"])

    def group(self, name: str = "films") -> str:
        arn = str(self.call("CreateDatasetGroup", name=name)["datasetGroupArn"])
        self.until("DatasetGroup", arn, "ACTIVE")
        return arn

    def dataset(self, group: str, schema: str, kind: str = "Interactions") -> str:
        answer = self.call("CreateDataset", name=kind, schemaArn=schema, datasetGroupArn=group, datasetType=kind)
        self.until("Dataset", answer["datasetArn"], "ACTIVE")
        return str(answer["datasetArn"])

    def start_import(self, dataset: str, location: str, name: str = "rows", **more: Any) -> str:
        answer = self.call(
            "CreateDatasetImportJob",
            jobName=name,
            datasetArn=dataset,
            dataSource={"dataLocation": location},
            roleArn=ROLE,
            **more,
        )
        return str(answer["datasetImportJobArn"])

    def imported(self, dataset: str, rows: Sequence[Row], name: str = "rows", **more: Any) -> dict[str, Any]:
        location = f"s3://bucket/{name}.csv"
        self.storage.contents[location] = csv_of(rows)
        arn = self.start_import(dataset, location, name, **more)
        return self.until("DatasetImportJob", arn, "ACTIVE", "CREATE FAILED")

    def solution(self, group: str, name: str = "popular", **more: Any) -> str:
        asked = {"recipeArn": POPULARITY, "performAutoTraining": False, **more}
        arn = self.call("CreateSolution", name=name, datasetGroupArn=group, **asked)["solutionArn"]
        self.until("Solution", arn, "ACTIVE")
        return str(arn)

    def trained(self, solution: str) -> dict[str, Any]:
        arn = self.call("CreateSolutionVersion", solutionArn=solution)["solutionVersionArn"]
        return self.until("SolutionVersion", arn, "ACTIVE", "CREATE FAILED")

    def campaign(self, version: str, name: str = "front") -> str:
        arn = self.call("CreateCampaign", name=name, solutionVersionArn=version)["campaignArn"]
        self.until("Campaign", arn, "ACTIVE")
        return str(arn)

    def items(self, campaign: str, user: str = "u0", **more: Any) -> list[str]:
        answer = self.call("GetRecommendations", campaignArn=campaign, userId=user, **more)
        return [row["itemId"] for row in answer["itemList"]]

    def with_items(
        self, group: str, items: Mapping[str, tuple[str, str, str]], marks: Sequence[Mapping[str, bool]] = ITEM_MARKS
    ) -> str:
        """An Items dataset of names, descriptions and genres; its ARN."""
        fields: list[dict[str, Any]] = [{"name": "ITEM_ID", "type": "string"}]
        fields += [
            {"name": name, "type": ["null", "string"], **mark}
            for name, mark in zip(ITEM_FIELDS[:2], marks, strict=True)
        ]
        fields += [{"name": ITEM_FIELDS[2], "type": ["null", "string"], "categorical": True}]
        return self._with_metadata(group, "Items", fields, metadata_of(items))

    def with_users(self, group: str, ages: Mapping[str, str]) -> str:
        """A Users dataset of ages; its ARN."""
        fields: list[dict[str, Any]] = [
            {"name": "USER_ID", "type": "string"},
            {"name": "AGE", "type": ["null", "float"]},
        ]
        text = "\n".join(["USER_ID,AGE", *(f"{user},{age}" for user, age in ages.items()), ""])
        return self._with_metadata(group, "Users", fields, text.encode())

    def _with_metadata(self, group: str, kind: str, fields: Sequence[dict[str, Any]], rows: bytes) -> str:
        name = f"{kind}-{group.rpartition('/')[2]}"
        schema = self.call("CreateSchema", name=name, schema=schema_text(kind, fields))["schemaArn"]
        dataset, location = self.dataset(group, schema, kind), f"s3://bucket/{name}.csv"
        self.storage.contents[location] = rows
        job = self.until("DatasetImportJob", self.start_import(dataset, location, name), "ACTIVE", "CREATE FAILED")
        assert job["status"] == "ACTIVE", job.get("failureReason")
        return dataset

    def tracker(self, group: str) -> str:
        """The tracking id of a new event tracker."""
        tracker = self.call("CreateEventTracker", name="tracker", datasetGroupArn=group)
        self.until("EventTracker", tracker["eventTrackerArn"], "ACTIVE")
        return str(tracker["trackingId"])

    def put_events(self, tracking_id: str, items: Sequence[str], *, eventValue: float = 5.0, **who: str) -> None:  # noqa: N803
        events = [
            {"eventType": "watch", "eventValue": eventValue, "itemId": item, "sentAt": 1_700_000_000 + at}
            for at, item in enumerate(items)
        ]
        self.call("PutEvents", trackingId=tracking_id, eventList=events, **who)

    def filter(self, group: str, expression: str) -> str:
        arn = self.call("CreateFilter", name="filter", datasetGroupArn=group, filterExpression=expression)["filterArn"]
        self.until("Filter", arn, "ACTIVE")
        return str(arn)

    def popular(self, rows: Sequence[Row], **solution: Any) -> tuple[str, str]:
        """A group with `rows` and a trained version: their ARNs."""
        group = self.group()
        assert self.imported(self.dataset(group, self.schema()), rows)["status"] == "ACTIVE"
        version = self.trained(self.solution(group, **solution))
        assert version["status"] == "ACTIVE", version.get("failureReason")
        return group, str(version["solutionVersionArn"])


def ratings(users: int = 50, per_user: int = 25) -> list[Row]:
    """Rows of users who rate items i000, i001, ...: item number k is rated by the users whose number is at least k.

    So popularity falls with the item's number; every user has `per_user` rows, the rest on items of their own.
    """
    rows: list[Row] = []
    for user in range(users):
        common = [f"i{item:03}" for item in range(min(user + 1, per_user))]
        own = [f"z{user:03}-{item:03}" for item in range(per_user - len(common))]
        rows += [(f"u{user}", item, 1_000 + at, "rating", 4.0) for at, item in enumerate(common + own)]
    return rows


def tastes(users: int = 60) -> list[Row]:
    """Rows of users of two tastes: every second one takes items a00, a01, ..., the others b00, b01, ...; each has
    18 of 30 such items. All of them took one item, "common"."""
    rows: list[Row] = []
    for user in range(users):
        kind = "ab"[user % 2]
        own = [f"{kind}{(7 * user + 7 * item) % 30:02}" for item in range(18)]
        rows += [
            (f"u{user}", item, 1_000 + at, "rating", 5.0) for at, item in enumerate(["common", *dict.fromkeys(own)])
        ]
    return rows
