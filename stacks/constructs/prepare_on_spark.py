"""The Glue job that prepares the data distributed, with its role and its logs."""

import hashlib

from aws_cdk import RemovalPolicy
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from bakeoff.config import Config
from stacks.acknowledge import acknowledge
from stacks.artefacts import spark_library, spark_script
from stacks.grants import FOLDER, allow
from stacks.names import Names
from stacks.workflow.resources import SparkJob

_JOB = "prepare_data"
_VERSION = "6.0"  # Spark 4.1.1 on Python 3.13 and Java 17; requirements-spark.txt is the laptop's
# Runs for different data stand side by side; of each data version there is one.
_MOST_RUNS = 10


class PrepareOnSpark(Construct):
    """The preparation as a Glue job; what is billed is its runs, by the second and worker."""

    def __init__(self, scope: Construct, name: str, *, config: Config, names: Names) -> None:
        super().__init__(scope, name)
        self._names = names
        self._log_prefix = f"/{config.prefix}/prepare-on-spark"
        script = assets.Asset(self, "Script", path=str(spark_script(_JOB)))
        library = assets.Asset(self, "Library", path=str(spark_library(_JOB)))
        role = self._role(script, library)
        settings = config.jobs.prepare_on_spark
        job = glue.CfnJob(
            self,
            "Job",
            name=f"{config.prefix}-prepare",
            description="Bakeoff: prepares the data with Spark",
            role=role.role_arn,
            command=glue.CfnJob.JobCommandProperty(
                name="glueetl", python_version="3", script_location=script.s3_object_url
            ),
            glue_version=_VERSION,
            worker_type=settings.worker_type,
            number_of_workers=settings.number_of_workers,
            timeout=-(-settings.max_runtime_seconds // 60),  # Glue counts minutes
            max_retries=0,  # the state machine says what happens after a failure
            execution_class="STANDARD",
            execution_property=glue.CfnJob.ExecutionPropertyProperty(max_concurrent_runs=_MOST_RUNS),
            default_arguments={
                "--job-language": "python",
                "--job-bookmark-option": "job-bookmark-disable",
                "--extra-py-files": library.s3_object_url,
                "--custom-logGroup-prefix": self._log_prefix,
            },
        )
        job.node.add_dependency(role)
        acknowledge(
            job,
            {
                "AwsSolutions-GL1": "CloudWatch Logs encrypts every log here with its own key; "
                "one of the account bills every month.",
                "AwsSolutions-GL3": "The job keeps no bookmarks: it reads all the data every time.",
            },
        )
        source = f"{script.asset_hash} {library.asset_hash}"
        self.job = SparkJob(name=f"{config.prefix}-prepare", hash=hashlib.sha256(source.encode()).hexdigest())

    def _role(self, script: assets.Asset, library: assets.Asset) -> iam.Role:
        """Spark's committer writes files under other names first, lists them and deletes what it no longer needs."""
        names = self._names
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("glue.amazonaws.com"))
        read, written = names.objects("raw/*"), names.objects("prepared/*")
        allow(role, ["s3:GetObject"], [read, written], why=FOLDER)
        allow(role, ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], [written], why=FOLDER)
        allow(role, ["s3:ListBucket"], [names.bucket_arn])
        for asset in (script, library):
            allow(role, ["s3:GetObject"], [asset.bucket.arn_for_objects(asset.s3_object_key)])
        groups = [self._log_group(stream).log_group_arn for stream in ("output", "error")]
        allow(role, ["logs:CreateLogStream", "logs:PutLogEvents"], groups)
        return role

    def _log_group(self, stream: str) -> logs.LogGroup:
        """Glue writes what the script prints to ``<prefix>/output`` and what Spark says to ``<prefix>/error``."""
        return logs.LogGroup(
            self,
            f"{stream.capitalize()}Log",
            log_group_name=f"{self._log_prefix}/{stream}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
