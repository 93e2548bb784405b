"""The keys of the price table, each with the unit that its price is for."""

import re

# The units of AWS's price pages, so that a row reads like its page.
FIXED_UNITS: dict[str, str] = {
    "personalize.training": "hour",
    "personalize.recommendations": "1,000 recommendations",
    "personalize.v2.training": "1,000 interactions",
    "personalize.v2.recommendations": "1,000 recommendations",
    "personalize.ingestion": "GB",
    "personalize.batch": "1,000 recommendations",
    "lambda.requests": "million requests",
    "lambda.duration": "GB-second",
    "apigateway.rest.requests": "million requests",
    "dynamodb.reads": "million read units",
    "dynamodb.writes": "million write units",
    "dynamodb.storage": "GB-month",
    "s3.storage": "GB-month",
    "stepfunctions.transitions": "1,000 transitions",
    "glue.dpu": "DPU-hour",
}
INSTANCE_USES = ("training", "processing", "transform", "hosting")
SERVERLESS_MEMORY_MB = (1024, 2048, 3072, 4096, 5120, 6144)
_INSTANCE = re.compile(rf"sagemaker\.({'|'.join(INSTANCE_USES)})\.(ml\.[a-z0-9-]+\.[a-z0-9]+)")
_SERVERLESS = re.compile(r"sagemaker\.serverless\.(\d+)mb")


def instance_key(use: str, instance_type: str) -> str:
    """The key of an hour of `instance_type`, such as ``ml.m5.large``, for one of `INSTANCE_USES`."""
    return f"sagemaker.{use}.{instance_type}"


def serverless_key(memory_mb: int) -> str:
    """The key of a second of work of a serverless endpoint with that memory."""
    return f"sagemaker.serverless.{memory_mb}mb"


def unit_of(key: str) -> str | None:
    """The unit of a key's price; None where no price has that key."""
    if instance_of(key):
        return "hour"
    if memory_of(key):
        return "second"
    return FIXED_UNITS.get(key)


def instance_of(key: str) -> tuple[str, str] | None:
    """Use and instance type of an instance's key; None for any other."""
    found = _INSTANCE.fullmatch(key)
    return (found[1], found[2]) if found else None


def memory_of(key: str) -> int | None:
    """The MB of a serverless endpoint's key; None for any other."""
    found = _SERVERLESS.fullmatch(key)
    return int(found[1]) if found and int(found[1]) in SERVERLESS_MEMORY_MB else None
