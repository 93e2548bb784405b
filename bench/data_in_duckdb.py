"""The product's own preparation as a program: `make bench-data` measures the whole process.

python -m bench.data_in_duckdb RAW_FOLDER PREPARED_FOLDER
"""

import sys
from pathlib import Path

from bakeoff.data.run import prepare_folder
from bench.data_settings import SETTINGS

if __name__ == "__main__":
    prepare_folder(Path(sys.argv[1]), Path(sys.argv[2]), SETTINGS)
