"""What is in a prepared folder, whoever wrote it: hashes by output, and the joined table's bytes as CSV and as Parquet.

python -m bench.data_content PREPARED_FOLDER [--bytes]
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from bakeoff.data import layout
from bakeoff.data.outputs.autopilot import PARTS, STATISTICS
from bakeoff.data.outputs.tastes import is_taste

ROWS_AT_ONCE = 1 << 17
# Equal to the last byte ...
BYTES = {
    "ids and matrices": "matrix/*",
    "interactions for Personalize": "personalize/interactions/*.csv",
    "items for Personalize": "personalize/items/*.csv",
    "requests": "requests/*.jsonl",
    "served histories": f"{layout.SERVING_HISTORIES}/*.jsonl",
    "rejects": layout.REJECTS,
}
# ... and as JSON values: pandas writes \/ for / ...
VALUES = {"documents": layout.DOCUMENTS, "served items": f"{layout.SERVING_ITEMS}/*.jsonl"}
# ... and as rows in any order, without the biases and affinities: a program in pandas would hardly have them.
TABLES = {f"Autopilot table, {part}": layout.AUTOPILOT_TABLE.format(part) for part in PARTS}
TABLES |= {f"statistics of {kind}": layout.AUTOPILOT_STATISTICS.format(kind) for kind in ("users", "items")}


def content_hashes(folder: Path) -> dict[str, str]:
    """A hash of each output; equal if and only if the content is."""
    manifest = json.loads((folder / layout.MANIFEST).read_text())
    return (
        {"split": manifest["split"]["hash"]}
        | {name: _hash_of_bytes(folder, pattern) for name, pattern in BYTES.items()}
        | {name: _hash_of_values(folder, pattern) for name, pattern in VALUES.items()}
        | {name: _hash_of_rows(folder / path) for name, path in TABLES.items()}
    )


def joined_bytes(folder: Path) -> dict[str, int]:
    """The bytes of the three parts' rows, what is computed of ratings left out: as plain CSV, and in Parquet."""
    bytes_as = {"csv": 0, "parquet": 0}
    for part in PARTS:
        with pq.ParquetFile(folder / layout.AUTOPILOT_TABLE.format(part)) as file:
            columns = [name for name in file.schema_arrow.names if name not in STATISTICS and not is_taste(name)]
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
            bytes_as["parquet"] += sum(one.total_compressed_size for one in chunks if one.path_in_schema in columns)
            bytes_as["csv"] += _csv_bytes(file, columns)
    return bytes_as


def _files(folder: Path, pattern: str) -> list[Path]:
    found = sorted(folder.glob(pattern))
    assert found, f"{folder} has no {pattern}"
    return found


def _hash_of_bytes(folder: Path, pattern: str) -> str:
    digest = hashlib.sha256()
    for path in _files(folder, pattern):
        with path.open("rb") as content:
            digest.update(f"{path.name} {hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()


def _hash_of_values(folder: Path, pattern: str) -> str:
    digest = hashlib.sha256()
    for path in _files(folder, pattern):
        digest.update(f"{path.name}\n".encode())
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                digest.update(json.dumps(json.loads(line), sort_keys=True).encode())
    return digest.hexdigest()


def _hash_of_rows(path: Path) -> str:
    """The sum of the rows' hashes, and how many there are: the order does not count."""
    total, n_rows = np.uint64(0), 0
    with pq.ParquetFile(path) as file:
        columns = sorted(name for name in file.schema_arrow.names if not is_taste(name))
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=columns):
            rows = pa.Table.from_batches([batch]).select(columns).to_pandas(ignore_metadata=True)
            total += pd.util.hash_pandas_object(rows, index=False).to_numpy().sum(dtype=np.uint64)
            n_rows += len(rows)
    return f"{int(total):016x} of {n_rows} rows"


class _Counter:
    """A file that only counts."""

    closed = False

    def __init__(self) -> None:
        self.n_bytes = 0

    def write(self, content: Any) -> int:
        self.n_bytes += len(content)
        return len(content)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""


def _csv_bytes(file: pq.ParquetFile, columns: list[str]) -> int:
    counter = _Counter()
    schema = pa.schema([(name, _plain(file.schema_arrow.field(name).type)) for name in columns])
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    with pyarrow.csv.CSVWriter(pa.PythonFile(counter, "w"), schema, write_options=options) as writer:
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=columns):
            arrays = [pc.cast(batch.column(name), schema.field(name).type) for name in columns]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return counter.n_bytes


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


if __name__ == "__main__":
    prepared = Path(sys.argv[1])
    found: dict[str, object] = {"hashes": content_hashes(prepared)}
    if "--bytes" in sys.argv[2:]:
        found["bytes"] = joined_bytes(prepared)
    print(json.dumps(found))
