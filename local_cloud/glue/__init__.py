"""AWS Glue on the laptop: runs of Spark jobs are child processes that see their buckets as folders."""

from local_cloud.glue.service import Glue

__all__ = ["Glue"]
