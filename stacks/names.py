"""Names and ARNs that stacks agree on, so that none has to export anything to another."""

from dataclasses import dataclass

from aws_cdk import Aws

from bakeoff.config import Config


@dataclass(frozen=True)
class Names:
    """What is called how in one environment.

    The bucket's name holds account and region, because bucket names are one space for all the world.
    """

    config: Config

    @property
    def account(self) -> str:
        return self.config.account or Aws.ACCOUNT_ID

    @property
    def bucket(self) -> str:
        return f"{self.config.prefix}-{self.account}-{self.config.region}"

    @property
    def logs_bucket(self) -> str:
        return f"{self.config.prefix}-logs-{self.account}-{self.config.region}"

    @property
    def bucket_arn(self) -> str:
        return f"arn:aws:s3:::{self.bucket}"

    def objects(self, pattern: str) -> str:
        return f"{self.bucket_arn}/{pattern}"

    def table(self, kind: str) -> str:
        return f"{self.config.prefix}-{kind}"

    def table_arn(self, kind: str) -> str:
        return self.arn("dynamodb", f"table/{self.table(kind)}")

    @property
    def promoted_run(self) -> str:
        return f"/{self.config.prefix}/promoted-run"

    @property
    def promoted_run_arn(self) -> str:
        return self.arn("ssm", f"parameter{self.promoted_run}")

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.config.region}:{self.account}:{resource}"

    def made_by_runs(self, service: str, kind: str) -> str:
        """The ARNs of what runs make: known by the beginning of the name only."""
        return self.arn(service, f"{kind}/{self.config.prefix}-*")
