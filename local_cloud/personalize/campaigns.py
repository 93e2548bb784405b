"""Campaigns: a solution version that answers. An update serves the former version until it is through."""

import copy
from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.kinds import CAMPAIGN, SOLUTION_VERSION
from local_cloud.personalize.resources import ACTIVE, FAILED, IN_PROGRESS, PENDING, RISING, Resources, picked, timestamp
from local_cloud.personalize.solutions import solution_of
from local_cloud.service import Record

MOST_ACTIVE = 5
PLAYED_CONFIG = ("enableMetadataWithRecommendations", "syncWithLatestSolutionVersion")
CHANGEABLE = ("solutionVersionArn", "minProvisionedTPS", "campaignConfig")


class CampaignOperations(Resources):
    def create_campaign(self, request: dict[str, Any]) -> dict[str, Any]:
        _check_config(request)
        version = self.get_active(SOLUTION_VERSION, request["solutionVersionArn"])
        group = version["datasetGroupArn"]
        if sum(self._group_of(record) == group for record in self.records.of(CAMPAIGN.name).values()) >= MOST_ACTIVE:
            raise ServiceError(
                "LimitExceededException",
                f"Cannot create a campaign. More than {MOST_ACTIVE} resources in ACTIVE state. "
                "Please delete some and try again.",
            )
        record = {"minProvisionedTPS": 1, **picked(request, "name", *CHANGEABLE)}
        return self.create(CAMPAIGN, self.arn_of(CAMPAIGN, request["name"]), record, request.get("tags"))

    def describe_campaign(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(CAMPAIGN, request)

    def list_campaigns(self, request: dict[str, Any]) -> dict[str, Any]:
        solution = request.get("solutionArn")
        return self.listed(CAMPAIGN, request, only=lambda record: solution in (None, solution_of(record)))

    def update_campaign(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["campaignArn"]
        campaign = self.get(CAMPAIGN, arn)
        _check_config(request)
        if campaign["status"] not in (ACTIVE, FAILED) or _update_status(campaign) in RISING:
            raise ServiceError("ResourceInUseException", f"The campaign {arn} is being created, updated or deleted.")
        if "solutionVersionArn" in request:
            self.get_active(SOLUTION_VERSION, request["solutionVersionArn"])
        now = timestamp()
        campaign["latestCampaignUpdate"] = {
            **picked(campaign, *CHANGEABLE),
            **picked(request, *CHANGEABLE),
            "status": PENDING,
            "creationDateTime": now,
            "lastUpdatedDateTime": now,
        }
        self._carry_out(arn)
        return {"campaignArn": arn}

    def delete_campaign(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["campaignArn"]
        if _update_status(self.get(CAMPAIGN, arn)) in RISING:
            raise ServiceError("ResourceInUseException", f"The campaign {arn} is being updated.")
        return self.delete(CAMPAIGN, arn)

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        for arn, record in self.records.of(CAMPAIGN.name).items():
            if _update_status(record) in RISING:
                self._carry_out(arn)

    def _group_of(self, campaign: Record) -> str:
        return str(self.get(SOLUTION_VERSION, campaign["solutionVersionArn"])["datasetGroupArn"])

    def _carry_out(self, arn: str) -> None:
        self.scheduler.after(lambda: self._set_update(arn, IN_PROGRESS))
        self.scheduler.after(lambda: self._set_update(arn, ACTIVE), steps=2)

    def _set_update(self, arn: str, status: str) -> None:
        with self.records.lock:
            campaign = self.records.of(CAMPAIGN.name).get(arn)
            if campaign is None:
                return
            update = campaign["latestCampaignUpdate"]
            update |= {"status": status, "lastUpdatedDateTime": timestamp()}
            if status == ACTIVE:
                campaign |= copy.deepcopy(picked(update, *CHANGEABLE))
                campaign |= {"status": ACTIVE, "lastUpdatedDateTime": timestamp()}


def _update_status(campaign: Record) -> str:
    return str(campaign.get("latestCampaignUpdate", {}).get("status", ACTIVE))


def _check_config(request: dict[str, Any]) -> None:
    config = request.get("campaignConfig", {})
    for option, value in config.items():
        if option not in PLAYED_CONFIG or value:
            raise NotPlayedError(f"campaignConfig.{option}")
    if request.get("solutionVersionArn", "").endswith("/$LATEST"):
        raise NotPlayedError("A campaign of the latest solution version ($LATEST)")
