"""Stages what is shipped at synth: Lambda folders and job tarballs, the same bytes for the same source."""

import gzip
import hashlib
import io
import shutil
import tarfile
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
BUILD = CHECKOUT / "build"


def _copy(src, dst, names):
    for n in names:
        p = src / n
        if p.is_dir():
            shutil.copytree(p, dst / n, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), dirs_exist_ok=True)
        else:
            (dst / n).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(p, dst / n)


def lambda_folder(folder: str) -> Path:
    out = BUILD / "lambdas" / folder
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    shutil.copytree(
        CHECKOUT / "lambdas" / folder, out, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
    )
    _copy(
        CHECKOUT,
        out,
        ["bakeoff/__init__.py", "bakeoff/errors.py", "bakeoff/contracts", "bakeoff/serving", "bakeoff/workflow"],
    )
    return out


def job_source(job: str) -> Path:
    out = BUILD / "jobs" / job / "source.tar.gz"
    out.parent.mkdir(parents=True, exist_ok=True)
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        files = [
            (p, p.relative_to(CHECKOUT / "sagemaker_jobs" / job))
            for p in (CHECKOUT / "sagemaker_jobs" / job).rglob("*")
            if p.is_file()
        ]
        files += [
            (p, p.relative_to(CHECKOUT)) for p in (CHECKOUT / "bakeoff").rglob("*.py") if "command_line" not in p.parts
        ]
        for p, name in sorted(files, key=lambda x: str(x[1])):
            if "__pycache__" in p.parts:
                continue
            info = tarfile.TarInfo(str(name))
            info.size = p.stat().st_size
            info.mode = 0o644
            tar.addfile(info, p.open("rb"))
    with out.open("wb") as f, gzip.GzipFile(fileobj=f, mode="wb", mtime=0, filename="") as gz:
        gz.write(raw.getvalue())
    return out


def recommender_hashes() -> dict[str, str]:
    return {
        p.stem: hashlib.sha256(p.read_bytes()).hexdigest()[:12]
        for p in (CHECKOUT / "bakeoff" / "recommenders").glob("*.py")
    }
