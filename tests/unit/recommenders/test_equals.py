"""The choice among models that cannot be told apart."""

from bakeoff.recommenders.base.equals import WidestOfEquals


def test_of_equal_epochs_the_one_with_the_widest_coverage_is_taken() -> None:
    best: WidestOfEquals[str] = WidestOfEquals(tie=0.01)
    for epoch, (accuracy, width) in enumerate([(0.4, 0.9), (0.5, 0.1), (0.498, 0.3), (0.496, 0.2), (0.49, 0.8)], 1):
        best.look_at(epoch, {"ndcg@100": accuracy, "coverage@10": width}, f"network {epoch}")
    assert (best.at, best.highest_at, best.value) == (3, 2, "network 3")


def test_what_falls_behind_a_better_one_is_given_up() -> None:
    best: WidestOfEquals[str] = WidestOfEquals(tie=0.01)
    for epoch, (accuracy, width) in enumerate([(0.5, 0.9), (0.504, 0.1), (0.51, 0.2)], 1):
        best.look_at(epoch, {"ndcg@100": accuracy, "coverage@10": width}, f"network {epoch}")
    assert (best.at, best.value) == (3, "network 3")


def test_without_a_tie_the_highest_is_taken() -> None:
    best: WidestOfEquals[str] = WidestOfEquals(tie=0.0)
    for number, (accuracy, width) in enumerate([(0.5, 0.1), (0.499, 0.9)], 1):
        best.look_at(number, {"ndcg@100": accuracy, "coverage@10": width}, f"model {number}")
    assert best.value == "model 1"


def test_one_that_was_not_the_widest_is_when_a_better_one_raises_the_floor() -> None:
    best: WidestOfEquals[str] = WidestOfEquals(tie=0.005)
    best.look_at(1, {"ndcg@100": 0.5, "coverage@10": 0.5}, "first")
    best.look_at(2, {"ndcg@100": 0.5015, "coverage@10": 0.4}, "second")
    assert best.value == "first"
    best.look_at(3, {"ndcg@100": 0.503, "coverage@10": 0.1}, "third")
    assert (best.value, best.at, best.highest_at) == ("second", 2, 3)
    best.look_at(4, {"ndcg@100": 0.5015, "coverage@10": 0.4}, "as wide and as good")
    assert best.value == "second"
