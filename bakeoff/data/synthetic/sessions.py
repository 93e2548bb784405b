"""When users rate: sessions with days between, seconds to minutes inside, and one theme for each session."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.synthetic.eras import Eras, era_of
from bakeoff.data.synthetic.streams import Ints, Purpose, stream
from bakeoff.data.synthetic.users import Users
from bakeoff.data.synthetic.world import DAY, FIRST_SECOND, LAST_SECOND, LENGTH, World

# How long a user takes to get from the first taste to the later one.
DRIFT_SECONDS = 6 * 365 * DAY
# How sharply a session's theme follows the taste; at 0 it would follow the themes' popularity alone.
SHARPNESS = 7.0
LEAST_GAP = 6 * 3_600
# Of the ratings inside a session, so many have the timestamp of the one before, as in MovieLens (16 %).
SAME_SECOND = 0.16
SECONDS_BETWEEN = 22.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Sessions:
    """The rows of one chunk, each user's in the order of time.

    Args:
        owner: number of the user in the chunk, shape (n_rows,).
        session: number of the session in the chunk, shape (n_rows,).
        timestamp: seconds since the epoch, shape (n_rows,).
        era: of each session, shape (n_sessions,).
        theme: of each session, shape (n_sessions,).
        taste: the user's at the time of each session, whole numbers, shape (n_sessions, FACTORS).
    """

    owner: Ints
    session: Ints
    timestamp: Ints
    era: Ints
    theme: Ints
    taste: npt.NDArray[np.float32]


def make_sessions(world: World, eras: Eras, users: Users, *, chunk: int, seed: int) -> Sessions:
    """The sessions of one chunk."""
    generator = stream(seed, Purpose.SESSIONS, chunk)
    n_rows = int(users.activity.sum())
    owner = np.repeat(np.arange(len(users.activity)), users.activity)
    first_rows = np.cumsum(users.activity) - users.activity
    # Who rates a lot also rates longer at a time.
    mean_length = (5 + 0.6 * np.sqrt(users.activity)) * np.exp(0.4 * generator.standard_normal(len(users.activity)))
    begins = generator.random(n_rows) < (1 / mean_length)[owner]
    begins[first_rows] = True
    session = np.cumsum(begins) - 1
    start, since = _starts(generator, owner[begins], len(users.activity))
    era = era_of(start)
    share = np.minimum(since / DRIFT_SECONDS, 1.0)[:, None]
    here = owner[begins]
    taste = np.rint((1 - share) * users.taste[here] + share * users.later_taste[here]).astype(np.float32)
    step = 2 + (generator.standard_exponential(n_rows) * SECONDS_BETWEEN).astype(np.int64)
    step[generator.random(n_rows) < SAME_SECOND] = 0
    step[begins] = 0
    elapsed = np.cumsum(step)
    return Sessions(
        owner=owner,
        session=session,
        timestamp=start[session] + elapsed - elapsed[begins][session],
        era=era,
        theme=_themes(generator, world, eras, era, taste),
        taste=taste,
    )


def _starts(generator: np.random.Generator, owner: Ints, n_users: int) -> tuple[Ints, Ints]:
    """When each session starts, and how many seconds that is after the user's first."""
    mean_gap = 8 * DAY * np.exp(1.1 * generator.standard_normal(n_users))
    gap = LEAST_GAP + (generator.standard_exponential(len(owner)) * mean_gap[owner]).astype(np.int64)
    is_first = np.diff(owner, prepend=-1) > 0
    gap[is_first] = 0
    total = np.cumsum(gap)
    since = total - total[is_first][owner]
    is_last = np.append(is_first[1:], True)
    # The last day is left for the last session to end in. Who would come for longer than there is time comes oftener.
    span = LAST_SECOND - FIRST_SECOND - DAY
    length = since[is_last]
    since = np.where(length[owner] > span, (since * (span / np.maximum(length, 1))[owner]).astype(np.int64), since)
    room = span - np.minimum(length, span)
    join = FIRST_SECOND + (generator.random(n_users) * room).astype(np.int64)
    return join[owner] + since, since


def _themes(
    generator: np.random.Generator, world: World, eras: Eras, era: Ints, taste: npt.NDArray[np.float32]
) -> Ints:
    """One theme for each session, drawn by taste and by what is popular in the era (the Gumbel-max trick)."""
    # Products of whole numbers below 2^24: exact in float32, whichever way the library adds them.
    liking = (taste @ world.centres.T).astype(np.float64) / LENGTH**2
    with np.errstate(divide="ignore"):
        fashion = np.log(eras.theme_share)[era]
    noise = -np.log(generator.standard_exponential(liking.shape))
    theme: Ints = np.argmax(SHARPNESS * liking + fashion + noise, axis=1)
    return theme
