"""What the trainings of networks share."""

import pytest
import torch

from bakeoff.recommenders.base.network.training import train_device


def test_of_several_gpus_each_process_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    alone = train_device()
    monkeypatch.setenv("LOCAL_RANK", "2")
    assert (alone, train_device()) == (torch.device("cuda", 0), torch.device("cuda", 2))


def test_without_a_gpu_it_is_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("LOCAL_RANK", "2")
    assert train_device() == torch.device("cpu")
