"""Amazon Personalize's schema, dataset group and dataset of interactions, and the role that reads and writes S3."""

import hashlib
import json

from aws_cdk import aws_iam as iam
from aws_cdk import aws_personalize as personalize
from constructs import Construct

from bakeoff.contracts.personalize import INTERACTIONS_SCHEMA
from stacks.grants import FOLDER, allow
from stacks.names import Names


class PersonalizeData(Construct):
    """What Personalize keeps between runs. Solutions and campaigns are made by the run: CloudFormation cannot switch
    off a solution's automatic training, which bills every seven days."""

    def __init__(self, scope: Construct, name: str, *, names: Names) -> None:
        super().__init__(scope, name)
        prefix = names.config.prefix
        schema = json.dumps(INTERACTIONS_SCHEMA)
        # A schema cannot be changed, so another one needs another name.
        version = hashlib.sha256(schema.encode()).hexdigest()[:8]
        interactions_schema = personalize.CfnSchema(
            self, "InteractionsSchema", name=f"{prefix}-interactions-{version}", schema=schema
        )
        self.group = personalize.CfnDatasetGroup(self, "Group", name=prefix)
        self.interactions = personalize.CfnDataset(
            self,
            "Interactions",
            name=f"{prefix}-interactions-{version}",
            dataset_group_arn=self.group.attr_dataset_group_arn,
            dataset_type="Interactions",
            schema_arn=interactions_schema.attr_schema_arn,
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("personalize.amazonaws.com"))
        allow(self.role, ["s3:GetObject"], [names.objects("prepared/*")], why=FOLDER)
        allow(self.role, ["s3:PutObject"], [names.objects("lists/*")], why=FOLDER)
        allow(self.role, ["s3:ListBucket"], [names.bucket_arn])
