"""What must outlive a deployment: the bucket, the tables, and which run serves."""

from aws_cdk import CfnOutput, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from bakeoff.config import Config
from bakeoff.contracts.naming import NO_RUN
from bakeoff.contracts.stored_rows import LISTS_TABLE
from stacks.acknowledge import acknowledge
from stacks.constructs.clean_up import EmptyBuckets
from stacks.names import Names


class DataStack(Stack):
    """Buckets, tables and the parameter that names the promoted run; stateful, so it has a stack of its own."""

    def __init__(self, scope: Construct, name: str, *, config: Config, names: Names, env: Environment) -> None:
        super().__init__(scope, name, env=env, description="Bakeoff: data, tables and the promoted run")
        self._names = names
        # What is to be kept goes all the same when its creation is rolled back: its name would be taken for ever.
        self._removal = (
            RemovalPolicy.DESTROY if config.removal == "destroy" else RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        )
        access_logs = self._bucket("AccessLogs", names.logs_bucket)
        self.bucket = self._bucket("Bucket", names.bucket, logs=access_logs)
        if self._removal == RemovalPolicy.DESTROY:
            EmptyBuckets(self, "EmptyBuckets", names=names).before_deleting(self.bucket, access_logs)
        self._let_personalize_read_and_write()
        for kind, key in (("runs", "runId"), ("items", "key"), ("histories", "key"), (LISTS_TABLE, "key")):
            self._table(kind, key=key)
        ssm.StringParameter(
            self,
            "PromotedRun",
            parameter_name=names.promoted_run,
            string_value=NO_RUN,
            description="The id of the run that serves; written by the run's state machine",
        )
        CfnOutput(self, "BucketName", value=names.bucket)
        CfnOutput(self, "RunsTableName", value=names.table("runs"))
        CfnOutput(self, "PromotedRunParameter", value=names.promoted_run)

    def _bucket(self, name: str, bucket_name: str, *, logs: s3.Bucket | None = None) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            name,
            bucket_name=bucket_name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            server_access_logs_bucket=logs,
            server_access_logs_prefix="data/" if logs else None,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(3),
                    expiration=None if logs else Duration.days(90),
                ),
                # What an interrupted training left is taken up soon or never.
                *([s3.LifecycleRule(prefix="checkpoints/", expiration=Duration.days(14))] if logs else []),
                # What a preparation on Spark leaves that is killed; a whole one removes it itself.
                *([s3.LifecycleRule(prefix="prepared/unfinished/", expiration=Duration.days(3))] if logs else []),
            ],
            removal_policy=self._removal,
        )
        if logs is None:
            acknowledge(bucket, {"AwsSolutions-S1": "It takes the access logs; logging itself would never end."})
        return bucket

    def _let_personalize_read_and_write(self) -> None:
        """Personalize asks the bucket as well as the role.

        https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html
        """
        ours = {"StringEquals": {"aws:SourceAccount": self.account}}
        principal = iam.ServicePrincipal("personalize.amazonaws.com")
        grants = (
            ("s3:GetObject", self._names.objects("prepared/*")),
            ("s3:PutObject", self._names.objects("lists/*")),
            ("s3:ListBucket", self._names.bucket_arn),
        )
        for action, resource in grants:
            self.bucket.add_to_resource_policy(
                iam.PolicyStatement(principals=[principal], actions=[action], resources=[resource], conditions=ours)
            )

    def _table(self, kind: str, *, key: str) -> None:
        dynamodb.Table(
            self,
            kind.capitalize(),
            table_name=self._names.table(kind),
            partition_key=dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=self._removal,
        )
