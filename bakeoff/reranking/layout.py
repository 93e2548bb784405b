"""Where what lies in the folders of candidates and of re-ranked lists; the same names on disk and in S3."""

CANDIDATES = 200  # a user, at the most
MANIFEST = "manifest.json"
# The lists in the order that the candidates were given in; they say what the rows below are about.
LISTS = "lists.jsonl.out"
ORDER = "order"
# One row for each candidate, in the order of `ORDER`, and one for each held-out rating of the test users.
ROWS = "rows"
CANDIDATE_ROWS = "rows/{}/candidates-{:05d}.csv"
HELD_OUT_ROWS = "rows/{}/held-out-{:05d}.csv"
# A user's rows as one body to send; for contestants that are asked live.
BODIES = "bodies/{}/part-{:05d}.jsonl"

RANKED = "ranked"
PREDICTIONS = "predictions"
HELD_OUT_PREDICTIONS = "predictions/held-out.jsonl"
STORED = "stored/part-{:05d}.jsonl"

# The state machine reads one part at a time and writes each of its rows to DynamoDB.
USERS_PER_PART = 500


def parts(test_users: int) -> int:
    """How many parts the rows of so many users are."""
    return -(-test_users // USERS_PER_PART)
