"""Amazon Personalize's dataset groups, what each holds whatever the data is, and the role that reads and writes S3."""

import hashlib
import json
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_personalize as personalize
from constructs import Construct

from bakeoff.contracts.catalogue import Group
from bakeoff.contracts.personalize import INTERACTIONS_SCHEMA
from stacks.grants import FOLDER, allow
from stacks.names import Names
from stacks.workflow.resources import DatasetGroup

# "*" is every event type: what a user has interacted with in any way, the newest 100 of each type.
_UNSEEN = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")'


class PersonalizeData(Construct):
    """What Personalize keeps between runs. Solutions and campaigns are made by the run: CloudFormation cannot switch
    off a solution's automatic training, which bills every seven days. So are the datasets of items and users: their
    schemas are the data's, which is not there yet when the stack is deployed."""

    def __init__(self, scope: Construct, name: str, *, names: Names) -> None:
        super().__init__(scope, name)
        self._prefix = names.config.prefix
        schema = json.dumps(INTERACTIONS_SCHEMA)
        # A schema cannot be changed, so another one needs another name.
        self._version = hashlib.sha256(schema.encode()).hexdigest()[:8]
        self._schema = personalize.CfnSchema(
            self, "InteractionsSchema", name=f"{self._prefix}-interactions-{self._version}", schema=schema
        )
        self.trackers: dict[Group, personalize.CfnEventTracker] = {}
        self.groups: dict[Group, DatasetGroup] = {
            "interactions": self._group("interactions", "", self._prefix),
            "metadata": self._group("metadata", "Metadata", f"{self._prefix}-metadata"),
        }
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("personalize.amazonaws.com"))
        allow(self.role, ["s3:GetObject"], [names.objects("prepared/*")], why=FOLDER)
        allow(self.role, ["s3:PutObject"], [names.objects("lists/*")], why=FOLDER)
        allow(self.role, ["s3:ListBucket"], [names.bucket_arn])

    def _group(self, kind: Group, prefix: str, name: str) -> DatasetGroup:
        """A group with its interactions, an event tracker for what an application streams, and a filter of what a user
        has seen. A solution learns from every dataset of its group, so those without metadata have a group alone.

        Args:
            kind: what the catalogue calls it.
            prefix: of the resources' ids in the template.
            name: of the group.
        """
        group = personalize.CfnDatasetGroup(self, f"{prefix}Group", name=name)
        arn = group.attr_dataset_group_arn
        of_group: dict[str, Any] = {"dataset_group_arn": arn}
        interactions = personalize.CfnDataset(
            self,
            f"{prefix}Interactions",
            name=f"{name}-interactions-{self._version}",
            dataset_type="Interactions",
            schema_arn=self._schema.attr_schema_arn,
            **of_group,
        )
        self.trackers[kind] = personalize.CfnEventTracker(self, f"{prefix}Events", name=f"{name}-events", **of_group)
        unseen = personalize.CfnFilter(
            self, f"{prefix}Unseen", name=f"{name}-unseen", filter_expression=_UNSEEN, **of_group
        )
        # Both name a field of the interactions, so these have to be there.
        for one in (self.trackers[kind], unseen):
            one.add_dependency(interactions)
        return DatasetGroup(arn=arn, name=name, interactions_arn=interactions.attr_dataset_arn)
