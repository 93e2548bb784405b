"""GetRecommendations, and what it shares with batch jobs: the model of a solution version behind a filter."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.filter_expression import parse_filter
from local_cloud.personalize.kinds import CAMPAIGN, FILTER, SOLUTION_VERSION
from local_cloud.personalize.recipes.contract import Asks, Model, Question, Recommended, Streamed
from local_cloud.personalize.recipes.registry import CURRENT, PLAYED
from local_cloud.personalize.resources import ACTIVE, Resources
from local_cloud.personalize.versions import SolutionVersionOperations
from local_cloud.service import Record

DEFAULT_RESULTS = 25
MOST_RESULTS = 500
NOT_PLAYED = ("recommenderArn", "promotions", "metadataColumns")


class RecommendationOperations(SolutionVersionOperations, Resources):
    def get_recommendations(self, request: dict[str, Any]) -> dict[str, Any]:
        for option in NOT_PLAYED:
            if option in request:
                raise NotPlayedError(f"GetRecommendations {option}")
        version = self._version_of(request)
        asks = self.asks(version)
        if asks == "userId" and "itemId" in request:
            raise NotPlayedError("GetRecommendations itemId for a recipe that recommends to users")
        if not request.get(asks):
            recipe = CURRENT[version["recipeArn"].rpartition("/")[2]]
            raise ServiceError("InvalidInputException", f"{asks} is required for a campaign of a {recipe.type} recipe.")
        chosen = self.recommend(
            version,
            asked=request,
            n=results_asked(request),
            chosen_filter=self.filter_for(version, request.get("filterArn")),
            filter_values=request.get("filterValues", {}),
        )
        rows = [{"itemId": item.item_id} | ({} if item.score is None else {"score": item.score}) for item in chosen]
        return {"itemList": rows, "recommendationId": f"RID-{uuid.uuid4()}"}

    def get_personalized_ranking(self, request: dict[str, Any]) -> dict[str, Any]:
        recipe = CURRENT[self._version_of(request)["recipeArn"].rpartition("/")[2]]
        if recipe.type != "PERSONALIZED_RANKING":
            raise ServiceError(
                "InvalidInputException",
                f"GetPersonalizedRanking needs a campaign of a PERSONALIZED_RANKING recipe; "
                f"{request['campaignArn']} is of {recipe.name}, a {recipe.type} recipe.",
            )
        raise NotPlayedError("personalize-runtime:GetPersonalizedRanking")

    def asks(self, version: Record) -> Asks:
        """What a request to a solution version has to name: a user or an item."""
        return PLAYED[version["recipeArn"].rpartition("/")[2]].asks

    def recommend(
        self,
        version: Record,
        *,
        asked: Mapping[str, Any],
        n: int,
        chosen_filter: Record | None,
        filter_values: dict[str, str],
    ) -> Sequence[Recommended]:
        """The list of a solution version for the user or item that `asked` names, known or not."""
        of_user = self.asks(version) == "userId"
        subject = str(asked["userId" if of_user else "itemId"])
        dataset = self.dataset_of(version, "INTERACTIONS")
        streamed = self._streamed(dataset["datasetArn"], subject) if dataset and of_user else []
        keep: Callable[[str], bool] = _keep_all
        if chosen_filter is not None:
            # Of an item's list too, a filter by interactions is about the user that the request names.
            user_id = asked.get("userId")
            history = self.rows.history(dataset["datasetArn"], str(user_id)) if dataset and user_id else []
            keep = parse_filter(chosen_filter["filterExpression"]).keeper(history, filter_values)
        return self.model(version).recommend(Question(subject=subject, streamed=streamed, keep=keep, n=n))

    def _streamed(self, dataset_arn: str, user_id: str) -> list[Streamed]:
        return [
            Streamed(item_id=event["itemId"], value=event["eventValue"], timestamp=event["timestamp"])
            for event in self.rows.streamed(dataset_arn, user_id)
        ]

    def model(self, version: Record) -> Model:
        """The opened model; opened once, since a version never changes."""
        arn = version["solutionVersionArn"]
        if arn not in self.open_models:
            folder: Path = self.model_folder(arn)
            self.open_models[arn] = PLAYED[version["recipeArn"].rpartition("/")[2]].open(folder)
        return self.open_models[arn]

    def filter_for(self, version: Record, arn: str | None) -> Record | None:
        """The ACTIVE filter of the version's own group; None for none."""
        if arn is None:
            return None
        chosen = self.get_active(FILTER, arn)
        if chosen["datasetGroupArn"] != version["datasetGroupArn"]:
            raise ServiceError("InvalidInputException", f"The filter {arn} belongs to another dataset group.")
        return chosen

    def _version_of(self, request: dict[str, Any]) -> Record:
        if "campaignArn" not in request:
            raise ServiceError("InvalidInputException", "campaignArn is required.")
        campaign = self.records.of(CAMPAIGN.name).get(request["campaignArn"])
        if campaign is None or campaign["status"] != ACTIVE:
            raise ServiceError(
                "ResourceNotFoundException", f"There is no ACTIVE campaign {request['campaignArn']}.", status=404
            )
        return self.get(SOLUTION_VERSION, campaign["solutionVersionArn"])


def _keep_all(item_id: str) -> bool:
    return True


def results_asked(request: dict[str, Any]) -> int:
    """numResults or its default.

    Raises:
        ServiceError: ``InvalidInputException`` above the maximum.
    """
    asked = int(request.get("numResults", DEFAULT_RESULTS))
    if not 0 <= asked <= MOST_RESULTS:
        raise ServiceError("InvalidInputException", f"numResults must be from 0 to {MOST_RESULTS}, not {asked}.")
    return asked
