"""Solution versions: a training of a solution, its minimums, its model on disk and its metrics."""

import json
import shutil
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from local_cloud.errors import ServiceError
from local_cloud.personalize.interactions import Interactions, join_parts
from local_cloud.personalize.kinds import DATASET, SCHEMA, SOLUTION, SOLUTION_VERSION
from local_cloud.personalize.lifecycle import JobFailedError
from local_cloud.personalize.recipes.contract import Metadata, PlayedRecipe, TrainingData
from local_cloud.personalize.recipes.registry import PLAYED
from local_cloud.personalize.resources import ACTIVE, IN_PROGRESS, PENDING, Resources, picked
from local_cloud.personalize.rows import replace_text
from local_cloud.personalize.schema_rules import parse_schema
from local_cloud.personalize.solutions import STOPPED, STOPPING
from local_cloud.service import Record

LEAST_INTERACTIONS = 1000
LEAST_USERS = 25
LEAST_SHARE = 0.01
INHERITED = (
    "recipeArn", "datasetGroupArn", "eventType", "solutionConfig", "performHPO", "performAutoML",
    "performIncrementalUpdate",
)  # fmt: skip


class SolutionVersionOperations(Resources):
    def create_solution_version(self, request: dict[str, Any]) -> dict[str, Any]:
        solution = self.get_active(SOLUTION, request["solutionArn"])
        mode = request.get("trainingMode", "FULL")
        if mode != "FULL":
            raise ServiceError(
                "InvalidInputException",
                f"The recipe {solution['recipeArn']} does not support the training mode {mode}.",
            )
        needed = _recipe_of(solution).trains_on
        if self.dataset_of(solution, needed) is None:
            raise ServiceError(
                "InvalidInputException",
                f"{solution['datasetGroupArn']} has no {needed.capitalize()} dataset to train on.",
            )
        record = picked(solution, *INHERITED)
        record |= picked(request, "name")
        record |= {"solutionArn": request["solutionArn"], "trainingMode": mode, "trainingType": "MANUAL"}
        arn = f"{request['solutionArn']}/{uuid.uuid4().hex[:8]}"
        return self.create(SOLUTION_VERSION, arn, record, request.get("tags"))

    def describe_solution_version(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(SOLUTION_VERSION, request)

    def list_solution_versions(self, request: dict[str, Any]) -> dict[str, Any]:
        solution = request.get("solutionArn")
        if solution is not None:
            self.get(SOLUTION, solution)
        return self.listed(SOLUTION_VERSION, request, only=lambda record: solution in (None, record["solutionArn"]))

    def stop_solution_version_creation(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["solutionVersionArn"]
        self.get(SOLUTION_VERSION, arn)
        if self.set_status(SOLUTION_VERSION, arn, STOPPED, when=(PENDING,)):
            return {}
        if not self.set_status(SOLUTION_VERSION, arn, STOPPING, when=(IN_PROGRESS,)):
            status = self.get(SOLUTION_VERSION, arn)["status"]
            raise ServiceError("InvalidInputException", f"{arn} cannot be stopped: its status is {status}.")
        self._stop(arn)
        return {}

    def get_solution_metrics(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["solutionVersionArn"]
        self.get_active(SOLUTION_VERSION, arn)
        metrics = json.loads((self.model_folder(arn) / "metrics.json").read_text(encoding="utf-8"))
        return {"solutionVersionArn": arn, "metrics": metrics}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        for arn, record in self.records.of(SOLUTION_VERSION.name).items():
            if record["status"] == STOPPING:
                self._stop(arn)

    def dataset_of(self, record: Record, dataset_type: str) -> Record | None:
        """The ACTIVE dataset of a type in the group of a solution, a version or a tracker."""
        with self.records.lock:
            datasets = self.children(DATASET, "datasetGroupArn", record["datasetGroupArn"])
        found = (entry for entry in datasets if entry["datasetType"] == dataset_type and entry["status"] == ACTIVE)
        return next(found, None)

    def model_folder(self, version_arn: str) -> Path:
        return self.folder.joinpath("models", *version_arn.rsplit("/", 2)[1:])

    def train(self, version: Record) -> Mapping[str, Any]:
        """The work of a solution version; runs on a worker. `trainingHours` is what it took here."""
        began = time.monotonic()
        recipe = _recipe_of(version)
        data = self._training_data(version, recipe)
        folder = self.model_folder(version["solutionVersionArn"])
        partial = folder.with_name(f"{folder.name}.partial")
        for unfinished in (folder, partial):
            shutil.rmtree(unfinished, ignore_errors=True)
        partial.mkdir(parents=True)
        replace_text(partial / "metrics.json", json.dumps(recipe.train(data, partial)))
        partial.rename(folder)
        return {"trainingHours": (time.monotonic() - began) / 3600}

    def remove_version(self, record: Record) -> None:
        self.open_models.pop(record["solutionVersionArn"], None)
        shutil.rmtree(self.model_folder(record["solutionVersionArn"]), ignore_errors=True)

    def _training_data(self, version: Record, recipe: PlayedRecipe) -> TrainingData:
        config = version.get("solutionConfig", {})
        threshold = float(config["eventValueThreshold"]) if config.get("eventValueThreshold") else None
        event_type = version.get("eventType")
        interactions = self.dataset_of(version, "INTERACTIONS")
        if interactions is None and recipe.trains_on == "INTERACTIONS":
            raise JobFailedError(f"{version['datasetGroupArn']} has no Interactions dataset to train on.")
        used = interactions is not None and recipe.trains_on == "INTERACTIONS"
        parts = self.rows.parts(interactions["datasetArn"]) if interactions and used else []
        rows = join_parts(parts, event_type=event_type, threshold=threshold)
        if used:
            check_minimums(rows, event_type=event_type)
        return TrainingData(
            interactions=rows,
            threshold=threshold,
            items=self._metadata(version, "ITEMS", "ITEM_ID"),
            users=self._metadata(version, "USERS", "USER_ID"),
            hyper_parameters={**recipe.hyper_parameters, **config.get("algorithmHyperParameters", {})},
            check=self.scheduler.check,
        )

    def _metadata(self, version: Record, dataset_type: str, key: str) -> Metadata | None:
        dataset = self.dataset_of(version, dataset_type)
        rows = self.rows.metadata(dataset["datasetArn"], key) if dataset else None
        if dataset is None or rows is None:
            return None
        with self.records.lock:
            schema = parse_schema(self.get(SCHEMA, dataset["schemaArn"])["schema"])
        return Metadata(fields=schema.fields, rows=rows)

    def _stop(self, arn: str) -> None:
        self.scheduler.after(lambda: self._stopped(arn))

    def _stopped(self, arn: str) -> None:
        self.set_status(SOLUTION_VERSION, arn, STOPPED, when=(STOPPING,))


def _recipe_of(record: Record) -> PlayedRecipe:
    """The recipe of a solution or a version."""
    return PLAYED[record["recipeArn"].rpartition("/")[2]]


def check_minimums(rows: Interactions, *, event_type: str | None) -> None:
    """AWS's minimums, after the filters: 1,000 unique interactions; 25 users, and 1 % of all, with two or more.

    Raises:
        JobFailedError: in AWS's words.
    """
    pairs = rows.pairs()
    users = pairs % max(len(rows.user_ids), 1)
    # Different pairs are different interactions: rows have to be compared one by one only when these do not suffice.
    if len(pairs) < LEAST_INTERACTIONS or not _enough_users(users):
        unique = _unique_rows(rows)
        if len(unique) < LEAST_INTERACTIONS:
            suffix = f" after filtering by event type: {event_type}" if event_type else ""
            raise JobFailedError(f"Dataset has fewer than {LEAST_INTERACTIONS} interactions{suffix}")
        if not _enough_users(unique):
            raise JobFailedError(f"Dataset has fewer than {LEAST_USERS} users with at least 2 interactions each")


def _enough_users(users: "np.ndarray[Any, np.dtype[Any]]") -> bool:
    counts = np.bincount(users)
    active = int((counts >= 2).sum())
    return active >= LEAST_USERS and active >= LEAST_SHARE * int((counts > 0).sum())


def _unique_rows(rows: Interactions) -> "np.ndarray[Any, np.dtype[np.int32]]":
    """The user of each distinct row; two events with the same time and properties are one."""
    value = np.nan_to_num(np.asarray(rows.event_value), nan=-np.inf)
    columns = (rows.user, rows.item, rows.timestamp, rows.event_type, value)
    order = np.lexsort(columns)
    changed = np.zeros(len(order), bool)
    changed[:1] = True
    for column in columns:
        changed[1:] |= np.diff(np.asarray(column)[order]) != 0
    return np.asarray(rows.user)[order][changed]
