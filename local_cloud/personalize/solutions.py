"""Solutions: which recipe trains on which interactions. Options that would need more than that are refused by name."""

from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.catalogue import find_recipe
from local_cloud.personalize.kinds import CAMPAIGN, DATASET_GROUP, SOLUTION, SOLUTION_VERSION
from local_cloud.personalize.recipes.contract import PlayedRecipe
from local_cloud.personalize.recipes.registry import PLAYED, SEMANTIC_SIMILARITY
from local_cloud.personalize.resources import RISING, Resources, picked
from local_cloud.service import Record

STOPPING, STOPPED = "CREATE STOPPING", "CREATE STOPPED"
SWITCHED_OFF = ("performHPO", "performAutoML", "performIncrementalUpdate")
PLAYED_CONFIG = ("eventValueThreshold", "algorithmHyperParameters")


class SolutionOperations(Resources):
    def create_solution(self, request: dict[str, Any]) -> dict[str, Any]:
        self.get_active(DATASET_GROUP, request["datasetGroupArn"])
        _refuse_options(request)
        if "recipeArn" not in request:
            raise ServiceError("InvalidInputException", "recipeArn is required when performAutoML is false.")
        recipe = find_recipe(request["recipeArn"])
        if recipe.name not in PLAYED:
            raise NotPlayedError(f"The recipe {recipe.name}")
        _refuse_incremental_updates(request, recipe.name)
        _check_config(request.get("solutionConfig", {}), PLAYED[recipe.name])
        record = picked(request, "name", "recipeArn", "datasetGroupArn", "eventType", "solutionConfig")
        record |= dict.fromkeys((*SWITCHED_OFF, "performAutoTraining"), False)
        return self.create(SOLUTION, self.arn_of(SOLUTION, request["name"]), record, request.get("tags"))

    def describe_solution(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self.describe(SOLUTION, request)
        versions = self.children(SOLUTION_VERSION, "solutionArn", request["solutionArn"])
        if versions:
            answer["solution"]["latestSolutionVersion"] = self.summary(SOLUTION_VERSION, versions[-1])
        return answer

    def list_solutions(self, request: dict[str, Any]) -> dict[str, Any]:
        group = request.get("datasetGroupArn")
        return self.listed(SOLUTION, request, only=lambda record: group in (None, record["datasetGroupArn"]))

    def delete_solution(self, request: dict[str, Any]) -> dict[str, Any]:
        """Refused while it has campaigns or a version is under way; takes its versions along."""
        arn = request["solutionArn"]
        campaigns = [record for record in self.records.of(CAMPAIGN.name).values() if solution_of(record) == arn]
        versions = self.children(SOLUTION_VERSION, "solutionArn", arn)
        unless = [(CAMPAIGN, record) for record in campaigns]
        unless += [(SOLUTION_VERSION, record) for record in versions if record["status"] in (*RISING, STOPPING)]
        return self.delete(SOLUTION, arn, unless=unless)

    def remove_solution(self, record: Record) -> None:
        for version in self.children(SOLUTION_VERSION, "solutionArn", record["solutionArn"]):
            self.forget(SOLUTION_VERSION, version["solutionVersionArn"])


def solution_of(record: Record) -> str:
    """The ARN of the solution that a campaign or a batch job was made from."""
    return str(record["solutionVersionArn"]).rpartition("/")[0]


def _refuse_options(request: dict[str, Any]) -> None:
    # AWS's default is true: it would train, and bill, every seven days.
    if request.get("performAutoTraining", True):
        raise NotPlayedError("CreateSolution performAutoTraining=true, which is also its default,")
    for option in ("performHPO", "performAutoML"):
        if request.get(option):
            raise NotPlayedError(f"CreateSolution {option}=true")
    for option in request.get("solutionConfig", {}):
        if option not in PLAYED_CONFIG:
            raise NotPlayedError(f"CreateSolution solutionConfig.{option}")


def _refuse_incremental_updates(request: dict[str, Any], recipe: str) -> None:
    """AWS's default is true for the one recipe that has them: each update bills.

    https://docs.aws.amazon.com/personalize/latest/dg/API_SolutionUpdateSummary.html
    """
    default = recipe == SEMANTIC_SIMILARITY
    if request.get("performIncrementalUpdate", default):
        raise NotPlayedError(
            f"CreateSolution performIncrementalUpdate=true{', which is also its default,' if default else ''}"
        )


def _check_config(config: dict[str, Any], recipe: PlayedRecipe) -> None:
    threshold = config.get("eventValueThreshold")
    try:
        float(threshold or 0)
    except ValueError as error:
        raise ServiceError("InvalidInputException", f"eventValueThreshold {threshold!r} is not a number.") from error
    unknown = [name for name in config.get("algorithmHyperParameters", {}) if name not in recipe.hyper_parameters]
    if unknown:
        raise ServiceError(
            "InvalidInputException", f"The algorithm {recipe.name} has no hyperparameter(s) {', '.join(unknown)}."
        )
    recipe.check(config.get("algorithmHyperParameters", {}))
