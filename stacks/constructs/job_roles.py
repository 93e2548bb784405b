"""The roles that containers run under: one for each job, and one for the models that serve."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from stacks.grants import FOLDER, NO_RESOURCE, allow
from stacks.names import Names

IMAGES = ("pytorch", "sagemaker-scikit-learn")
# Of Autopilot's candidates: the transformation of columns, and the algorithm of each family.
AUTOPILOT_IMAGES = ("sagemaker-sklearn-automl", "sagemaker-xgboost", "linear-learner", "mxnet-algorithms")


class JobRole(Construct):
    """A role that SageMaker assumes: reads and writes prefixes of the bucket, writes its own log, pulls its image."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        names: Names,
        reads: Sequence[str],
        writes: Sequence[str],
        log_group: str,
        sources: Sequence[assets.Asset] = (),
        images: Sequence[str] = IMAGES,
    ) -> None:
        super().__init__(scope, name)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        allow(self.role, ["s3:GetObject"], [names.objects(prefix) for prefix in reads], why=FOLDER)
        allow(self.role, ["s3:PutObject"], [names.objects(prefix) for prefix in writes], why=FOLDER)
        allow(self.role, ["s3:ListBucket"], [names.bucket_arn])
        for source in sources:
            allow(self.role, ["s3:GetObject"], [source.bucket.arn_for_objects(source.s3_object_key)])
            allow(self.role, ["s3:ListBucket"], [source.bucket.bucket_arn])
        self._allow_what_every_container_does(names, log_group, images)

    def _allow_what_every_container_does(self, names: Names, log_group: str, images: Sequence[str]) -> None:
        """https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html"""
        group = names.arn("logs", f"log-group:{log_group}")
        logging = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        allow(self.role, logging, [group, f"{group}:*"], why="Log streams are named after jobs.")
        allow(self.role, ["ecr:GetAuthorizationToken"], ["*"], why=NO_RESOURCE)
        allow(
            self.role,
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            [f"arn:aws:ecr:{names.config.region}:*:repository/{image}" for image in images],
            why="AWS's own images lie in accounts that differ by region; config/images.json pins them.",
        )
        allow(
            self.role,
            ["cloudwatch:PutMetricData"],
            ["*"],
            why=NO_RESOURCE,
            conditions={"StringLike": {"cloudwatch:namespace": "*aws/sagemaker/*"}},
        )
