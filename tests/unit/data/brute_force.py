"""The split, its hash and its statistics once more, in plain Python and from the documentation alone."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from fractions import Fraction
from math import floor

from bakeoff.data.settings import SplitSettings
from tests.support.events import Event

Part = str
Key = Callable[[Event], str]


def md5(*texts: object) -> str:
    return hashlib.md5("\n".join(map(str, texts)).encode()).hexdigest()


def row_key(event: Event, *, seed: int) -> str:
    return md5(seed, event.user, event.item)[:8]


def in_order(ids: set[str]) -> list[str]:
    """Shorter ids first, then by code point."""
    return sorted(ids, key=lambda name: (len(name), name))


def share(n: int, fraction: float) -> int:
    """Rounded down, at least one."""
    return max(1, floor(n * Fraction(str(fraction))))


def newest_of_pairs(events: Sequence[Event]) -> list[Event]:
    """Of each user and item the newest interaction; of equally new ones the one with the greatest value."""
    found: dict[tuple[str, str], Event] = {}
    for event in events:
        pair = (event.user, event.item)
        if pair not in found or (event.timestamp, event.value) > (found[pair].timestamp, found[pair].value):
            found[pair] = event
    return list(found.values())


def histories(events: Sequence[Event], *, seed: int) -> dict[str, list[Event]]:
    """Per user, in id order, the kept interactions, oldest first, equal timestamps in seeded order."""
    by_user = defaultdict(list)
    for event in newest_of_pairs(events):
        by_user[event.user].append(event)
    return {
        user: sorted(by_user[user], key=lambda event: (event.timestamp, row_key(event, seed=seed)))
        for user in in_order(set(by_user))
    }


def split(events: Sequence[Event], settings: SplitSettings) -> dict[Event, Part]:
    """The part of every kept interaction."""
    of_users = histories(events, seed=settings.seed)
    strategies = {
        "per_user_last_fraction": _last_fraction,
        "leave_last_out": _last_two,
        "global_time": _by_time,
        "new_users": _new_users,
    }
    return strategies[settings.strategy](of_users, settings)


def _cut(history: Sequence[Event], sizes: dict[Part, int]) -> dict[Event, Part]:
    """Parts by size from the newest on; what is left is train."""
    found: dict[Event, Part] = dict.fromkeys(history, "train")
    newest_first = list(reversed(history))
    for part, size in sizes.items():
        found.update(dict.fromkeys(newest_first[:size], part))
        newest_first = newest_first[size:]
    return found


def _last_fraction(of_users: dict[str, list[Event]], settings: SplitSettings) -> dict[Event, Part]:
    found: dict[Event, Part] = {}
    for history in of_users.values():
        n = len(history)
        sizes = {"test": share(n, settings.test_fraction), "validation": share(n, settings.validation_fraction)}
        found |= _cut(history, sizes if n >= settings.min_activity else {})
    return found


def _last_two(of_users: dict[str, list[Event]], settings: SplitSettings) -> dict[Event, Part]:
    found: dict[Event, Part] = {}
    for history in of_users.values():
        found |= _cut(history, {"test": 1, "validation": 1} if len(history) >= settings.min_activity else {})
    return found


def _by_time(of_users: dict[str, list[Event]], settings: SplitSettings) -> dict[Event, Part]:
    events = [event for history in of_users.values() for event in history]
    test, validation = Fraction(str(settings.test_fraction)), Fraction(str(settings.validation_fraction))

    def first_second(fraction: Fraction) -> int:
        """The first second from which on there are at most that share of all interactions."""
        most = len(events) - floor(len(events) * (1 - fraction))
        seconds = sorted({event.timestamp for event in events})
        enough = [second for second in seconds if sum(event.timestamp >= second for event in events) <= most]
        return enough[0] if enough else seconds[-1] + 1

    test_from, validation_from = first_second(test), first_second(test + validation)
    return {
        event: "test"
        if event.timestamp >= test_from
        else "validation"
        if event.timestamp >= validation_from
        else "train"
        for event in events
    }


def _new_users(of_users: dict[str, list[Event]], settings: SplitSettings) -> dict[Event, Part]:
    eligible = [user for user, history in of_users.items() if len(history) >= settings.min_activity]
    shuffled = sorted(eligible, key=lambda user: md5(settings.seed, user))
    n_test = share(len(eligible), settings.test_fraction)
    n_validation = share(len(eligible), settings.validation_fraction)
    group = dict.fromkeys(shuffled[:n_test], "test")
    group |= dict.fromkeys(shuffled[n_test : n_test + n_validation], "validation")
    found: dict[Event, Part] = {}
    for user, history in of_users.items():
        if user in group:
            held_out = share(len(history), settings.held_out_fraction)
            found |= dict.fromkeys(history[:-held_out], f"{group[user]}_fold_in")
            found |= dict.fromkeys(history[-held_out:], group[user])
        else:
            found |= dict.fromkeys(history, "train")
    return found


def split_hash(events: Sequence[Event], settings: SplitSettings) -> str:
    parts = split(events, settings)
    lines = [json.dumps(asdict(settings), sort_keys=True)]
    for history in histories(events, seed=settings.seed).values():
        lines += [f"{e.user}\t{e.item}\t{e.value}\t{e.timestamp}\t{parts[e]}" for e in history]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def tested_users(events: Sequence[Event], settings: SplitSettings, *, liked: float) -> list[str]:
    """In id order: something of them is known, and they like a test item that is trained on in the end."""
    parts = split(events, settings)
    trained = ("train", "validation", "validation_fold_in")
    candidates = {event.item for event, part in parts.items() if part in trained}
    return [
        user
        for user, history in histories(events, seed=settings.seed).items()
        if len(history) >= settings.min_activity
        and any(parts[event] != "test" for event in history)
        and any(parts[e] == "test" and e.value >= liked and e.item in candidates for e in history)
    ]
