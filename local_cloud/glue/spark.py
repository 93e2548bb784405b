"""Spark for one run: its Python, its settings from outside the script, and buckets that are folders.

Hadoop's own ViewFileSystemOverloadScheme stands for S3: of ``s3://<bucket>/<key>`` the bucket is a mount table whose
only link leads to a folder. So the script says ``s3://`` here too, and no other jar is needed.
Source: https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/ViewFsOverloadScheme.html
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from local_cloud.sagemaker.containers import SYSTEM_PATH

PYTHON = Path(__file__).parent.parent.parent / ".venv-spark" / "bin" / "python"
# A laptop in place of a cluster: two cores, and as few partitions, for each costs a task.
_SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_VIEW = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
_SCHEMES = ("s3", "s3a")


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run.

    Args:
        root: holds everything.
    """

    root: Path

    @property
    def script(self) -> Path:
        return self.root / "script.py"

    @property
    def libraries(self) -> Path:
        return self.root / "libraries"

    @property
    def buckets(self) -> Path:
        return self.root / "buckets"

    def make(self, buckets: Iterable[str]) -> None:
        """Make its folders, and Spark's settings for `buckets`."""
        for name in ("home", "tmp", "conf", "libraries"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        settings = dict(_SETTINGS) | {
            "spark.local.dir": str(self.root / "tmp"),
            "spark.sql.warehouse.dir": (self.root / "tmp" / "warehouse").as_uri(),
            "spark.hadoop.fs.viewfs.overload.scheme.target.file.impl": "org.apache.hadoop.fs.LocalFileSystem",
        }
        for scheme in _SCHEMES:
            settings[f"spark.hadoop.fs.{scheme}.impl"] = _VIEW
        for bucket in buckets:
            (self.buckets / bucket).mkdir(parents=True, exist_ok=True)
            settings[f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback"] = (self.buckets / bucket).as_uri()
        lines = [f"{name} {value}\n" for name, value in settings.items()]
        (self.root / "conf" / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")

    def environment(self, python: Path) -> dict[str, str]:
        """The whole environment of the script: nothing of AWS is in it, for it reaches S3 through Spark only."""
        libraries = [str(path) for path in sorted(self.libraries.iterdir())]
        java = {"JAVA_HOME": os.environ["JAVA_HOME"]} if "JAVA_HOME" in os.environ else {}
        return {
            **java,
            "PATH": os.pathsep.join(filter(None, [os.environ.get("PATH"), SYSTEM_PATH])),
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "TRUE",
            "PYTHONDONTWRITEBYTECODE": "TRUE",
            "PYTHONPATH": os.pathsep.join(libraries),
            "PYSPARK_PYTHON": str(python),
            "SPARK_CONF_DIR": str(self.root / "conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
