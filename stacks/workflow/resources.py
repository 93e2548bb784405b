"""What the state machines refer to: names and ARNs of the other resources, handed over as one value."""

from collections.abc import Mapping
from dataclasses import dataclass

from bakeoff.config import Config
from bakeoff.contracts.catalogue import Group


@dataclass(frozen=True, kw_only=True)
class JobSource:
    """A job's source tarball in the assets bucket and the role that its container runs under.

    Args:
        wheels_uri: of the tarball of the wheels that the container installs first; None where it installs none.
    """

    uri: str
    hash: str
    role_arn: str
    wheels_uri: str | None = None


@dataclass(frozen=True, kw_only=True)
class SparkJob:
    """A Glue job, which holds its source and its role itself.

    Args:
        hash: of all its source.
    """

    name: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class Functions:
    """ARNs of the workflow's Lambda functions, one a step."""

    plan_run: str
    plan_restoration: str
    plan_contestants: str
    load_table: str
    collect_lists: str
    measure_latency: str
    decide_promotion: str
    publish_report: str
    release_backends: str


@dataclass(frozen=True, kw_only=True)
class DatasetGroup:
    """One of Amazon Personalize's dataset groups; ARNs may be CDK tokens."""

    arn: str
    name: str
    interactions_arn: str

    def to_json(self) -> dict[str, str]:
        return {"datasetGroupArn": self.arn, "interactionsArn": self.interactions_arn}


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Everything that a definition names; values may be CDK tokens.

    Args:
        account: of the stack, for ARNs of what the workflow itself makes.
        prepare: by the configured engine, a SageMaker Processing job or a Glue job.
        recommender_hashes: by recommender, the hash of the source that its models are made with.
    """

    config: Config
    account: str
    bucket: str
    items_table: str
    lists_table: str
    promoted_run_parameter: str
    prepare: JobSource | SparkJob
    train: JobSource
    evaluate: JobSource
    write_report: JobSource
    write_candidates: JobSource
    rank_candidates: JobSource
    autopilot_role_arn: str
    model_role_arn: str
    personalize_role_arn: str
    dataset_groups: Mapping[Group, DatasetGroup]
    recommender_hashes: dict[str, str]

    @property
    def run_machine_arn(self) -> str:
        """By its agreed name: a machine that starts itself cannot refer to itself in its own definition."""
        return f"arn:aws:states:{self.config.region}:{self.account}:stateMachine:{self.config.prefix}-run"

    def personalize_arn(self, resource: str) -> str:
        return f"arn:aws:personalize:{self.config.region}:{self.account}:{resource}"

    def tags(self, run_id: str) -> list[dict[str, str]]:
        """SageMaker's tags; `run_id` is JSONata."""
        return [
            {"Key": "bakeoff:environment", "Value": self.config.name},
            {"Key": "bakeoff:run", "Value": f"{{% {run_id} %}}"},
        ]

    def personalize_tags(self, run_id: str) -> list[dict[str, str]]:
        return [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in self.tags(run_id)]
