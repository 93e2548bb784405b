"""Makes .venv-serving: the real library with which the scikit-learn image serves models, for the artefact tests.

Run by `make serving-environment`; needs the network the first time. The same pins and Python make nothing again.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
ENVIRONMENT = CHECKOUT / ".venv-serving"
REQUIREMENTS = Path(__file__).parent / "requirements-serving.txt"
PYTHON = ENVIRONMENT / "bin" / "python"
# Installed in this order: sagemaker-containers is built from source with the environment's own setuptools, and what
# comes last replaces what it asked for.
ORDER = (("setuptools", "wheel"), ("sagemaker-containers",), ("sagemaker-inference", "numpy", "scipy"))


def stamp() -> Path:
    """The file whose presence says that the environment is complete; its name holds what it was made from."""
    made_from = f"{sys.version_info[:2]}{REQUIREMENTS.read_text()}{Path(__file__).read_text()}"
    return ENVIRONMENT / f"installed-{hashlib.sha256(made_from.encode()).hexdigest()[:12]}"


def make() -> None:
    """Make the environment where it is missing, unfinished or of other pins."""
    if stamp().exists():
        return
    sys.stdout.write(f"Installing the serving image's libraries into {ENVIRONMENT.name} (once, about a minute) ...\n")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=True)
    pins = _pins()
    for names in ORDER:
        _install(*(pins.pop(name) for name in names))
    _install(*pins.values())
    _mend_mapping()
    stamp().touch()


def _pins() -> dict[str, str]:
    lines = (line.strip() for line in REQUIREMENTS.read_text().splitlines())
    return {line.partition("==")[0]: line for line in lines if line and not line.startswith("#")}


def _install(*requirements: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-build-isolation"]
    # Shown only where it fails: pip's complaint that the last packages are newer than asked for is expected.
    done = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Cannot install {' '.join(requirements)}; mend the network or the pins and repeat.\n{done.stderr}")


def _mend_mapping() -> None:
    """Replace a name that Python 3.10 removed; the image does the same after its installation."""
    (path,) = ENVIRONMENT.glob("lib/python*/site-packages/sagemaker_containers/_mapping.py")
    path.write_text(path.read_text().replace("collections.Mapping", "collections.abc.Mapping"))


if __name__ == "__main__":
    make()
