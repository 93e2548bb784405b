"""Recipes, algorithms and feature transformations: what AWS lists, with a word on which of it is played here."""

from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.recipes.registry import CURRENT, PLAYED, SUCCESSORS, Recipe
from local_cloud.personalize.resources import ACTIVE, PAGE_SIZE, Resources
from local_cloud.service import page


def find_recipe(arn: str) -> Recipe:
    """The recipe of AWS's list that `arn` names.

    Raises:
        ServiceError: ``ResourceNotFoundException``; for a retired recipe the message names its successor.
    """
    name = arn.rpartition("/")[2]
    if name in CURRENT and CURRENT[name].arn == arn:
        return CURRENT[name]
    hint = f" The recipe {name} was retired by AWS; its successor is {SUCCESSORS[name]}." if name in SUCCESSORS else ""
    raise ServiceError("ResourceNotFoundException", f"Resource Arn {arn} does not exist.{hint}")


class CatalogueOperations(Resources):
    def list_recipes(self, request: dict[str, Any]) -> dict[str, Any]:
        if "domain" in request:
            raise NotPlayedError("ListRecipes domain")
        rows = [{"name": recipe.name, "recipeArn": recipe.arn, "status": ACTIVE} for recipe in CURRENT.values()]
        chosen, token = page(rows, size=request.get("maxResults", PAGE_SIZE), token=request.get("nextToken"))
        return {"recipes": chosen} | ({"nextToken": token} if token else {})

    def describe_recipe(self, request: dict[str, Any]) -> dict[str, Any]:
        recipe = find_recipe(request["recipeArn"])
        played = PLAYED.get(recipe.name)
        answer = {
            "name": recipe.name,
            "recipeArn": recipe.arn,
            "algorithmArn": recipe.algorithm_arn,
            "recipeType": recipe.type,
            "status": ACTIVE,
            "description": played.description if played else f"{recipe.name} is not played by the local cloud.",
        }
        if recipe.feature_transformation:
            answer["featureTransformationArn"] = _transformation_arn(recipe.feature_transformation)
        return {"recipe": answer}

    def describe_algorithm(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["algorithmArn"]
        recipe = next((recipe for recipe in CURRENT.values() if recipe.algorithm_arn == arn), None)
        if recipe is None:
            raise ServiceError("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
        if recipe.name not in PLAYED:
            raise NotPlayedError(f"The algorithm {recipe.name}")
        defaults = dict(PLAYED[recipe.name].hyper_parameters)
        return {"algorithm": {"name": recipe.name, "algorithmArn": arn, "defaultHyperParameters": defaults}}

    def describe_feature_transformation(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["featureTransformationArn"]
        names = {recipe.feature_transformation for recipe in CURRENT.values() if recipe.feature_transformation}
        name = arn.rpartition("/")[2]
        if name not in names or arn != _transformation_arn(name):
            raise ServiceError("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
        answer = {"name": name, "featureTransformationArn": arn, "defaultParameters": {}, "status": ACTIVE}
        return {"featureTransformation": answer}


def _transformation_arn(name: str) -> str:
    return f"arn:aws:personalize:::feature-transformation/{name}"
