"""Where each file of a prepared folder lies; the same names on disk, in a job's container and in S3."""

FORMAT = 3
MANIFEST = "manifest.json"
# Under "new users" the older part of a tested user's history is folded in: known when lists are asked for, not before.
PARTS = ("train", "validation", "test", "validation_fold_in", "test_fold_in")
ARRAYS = ("indptr", "indices", "values", "timestamps")
USERS = "matrix/users.json"
ITEMS = "matrix/items.json"
DOCUMENTS = "items/documents.jsonl"
PERSONALIZE_INTERACTIONS = "personalize/interactions/part-{:05d}.csv"
PERSONALIZE_METADATA = "personalize/{}/part-00000.csv"
PERSONALIZE_SCHEMA = "personalize/schemas/{}.json"
AUTOPILOT_TABLE = "autopilot/{}/part-00000.parquet"
AUTOPILOT_STATISTICS = "autopilot/statistics/{}.parquet"
AUTOPILOT_BIASES = "autopilot/statistics/biases-{}.parquet"
AUTOPILOT_MEAN = "autopilot/statistics/mean.json"
AUTOPILOT_ATTRIBUTES = "autopilot/attributes/{}.parquet"
AUTOPILOT_FEATURES = "autopilot/features-{}.json"
AUTOPILOT_COLUMNS = "autopilot/columns.json"
REQUEST_HISTORIES = "requests/histories.jsonl"
REQUEST_USERS = "requests/users.jsonl"
REQUEST_ITEMS = "requests/items.jsonl"
SERVING_ITEMS = "serving/items"
SERVING_HISTORIES = "serving/histories"
SERVING_PART = "part-{:05d}.jsonl"
REJECTS = "rejects.csv"

# The state machine reads one serving part at a time and writes each of its rows to DynamoDB.
SERVING_ITEMS_PER_PART = 2000
SERVING_HISTORIES_PER_PART = 500
# Amazon Personalize reads a folder; parts stay small enough to be looked into.
PERSONALIZE_ROWS_PER_PART = 5_000_000

# Length of a full-accuracy list: what is asked for beyond the user's seen items, which are dropped afterwards.
LIST_LENGTH = 100


def array(part: str, name: str) -> str:
    """The relative path of one array of one part's matrix, e.g. ``matrix/train.indptr.npy``."""
    return f"matrix/{part}.{name}.npy"
