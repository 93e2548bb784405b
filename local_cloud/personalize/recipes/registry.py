"""Which recipes AWS offers, which of them are played, and which are gone with whom to take instead."""

from dataclasses import dataclass

from bakeoff.contracts.personalize import GONE
from local_cloud.personalize.recipes.contract import PlayedRecipe
from local_cloud.personalize.recipes.popularity_count import PopularityCount
from local_cloud.personalize.recipes.semantic_similarity import SemanticSimilarity
from local_cloud.personalize.recipes.user_personalization import UserPersonalization

SEMANTIC_SIMILARITY = SemanticSimilarity.name
PLAYED: dict[str, PlayedRecipe] = {
    recipe.name: recipe for recipe in (PopularityCount(), UserPersonalization(), SemanticSimilarity())
}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A recipe of AWS's list ("Choosing a recipe" in the developer guide).

    Args:
        name: as in ``arn:aws:personalize:::recipe/<name>``.
        type: AWS's recipe type.
        feature_transformation: the last word of its ARN, where the developer guide gives it.
    """

    name: str
    type: str
    feature_transformation: str | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:personalize:::recipe/{self.name}"

    @property
    def algorithm_arn(self) -> str:
        return f"arn:aws:personalize:::algorithm/{self.name}"


CURRENT = {
    recipe.name: recipe
    for recipe in (
        Recipe(name="aws-user-personalization-v2", type="USER_PERSONALIZATION"),
        Recipe(name="aws-user-personalization", type="USER_PERSONALIZATION"),
        Recipe(name="aws-trending-now", type="POPULAR_ITEMS"),
        Recipe(name="aws-popularity-count", type="USER_PERSONALIZATION", feature_transformation="sims"),
        Recipe(name="aws-personalized-ranking-v2", type="PERSONALIZED_RANKING"),
        Recipe(name="aws-personalized-ranking", type="PERSONALIZED_RANKING"),
        Recipe(name=SEMANTIC_SIMILARITY, type="RELATED_ITEMS", feature_transformation="aws-semantic-similarity"),
        Recipe(name="aws-similar-items", type="RELATED_ITEMS"),
        Recipe(name="aws-sims", type="RELATED_ITEMS"),
        Recipe(name="aws-next-best-action", type="PERSONALIZED_ACTIONS"),
        Recipe(name="aws-item-affinity", type="USER_SEGMENTATION"),
        Recipe(name="aws-item-attribute-affinity", type="USER_SEGMENTATION"),
    )
}
SUCCESSORS = GONE
