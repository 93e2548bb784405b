"""Several networks of one kind that answer with their mean: what one of them errs in by chance, the others do not."""

# Seeds of the members lie so far apart, so that neighbouring seeds share no member.
SEED_STEP = 1_000_003


def seed_of_member(seed: int, number: int) -> int:
    """What the member of that number, from 0, is trained from."""
    return seed + number * SEED_STEP
