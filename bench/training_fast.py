"""Passes steps of the product's training at full shape and writes users a second: for `bench.training`."""

import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np

from bakeoff.recommenders.base.signal import Signal
from bakeoff.recommenders.base.wide import Plan, Rows
from bakeoff.recommenders.base.wide.trainer import Trainer
from bench.training_data import open_rows

# Steps that are timed, after one that is not.
SAMPLED_STEPS, FULL_STEPS = 12, 2


def users_per_second(trainer: Trainer, rows: Rows, *, steps: int) -> tuple[float, float]:
    """Over the median step, by the wall's clock and by this process's time on the CPUs."""
    size = trainer.plan.batch_size
    users = np.random.default_rng(0).permutation(np.flatnonzero(rows.activity))
    seconds, cpu = [], []
    for step in range(steps + 1):
        begun, cpu_begun = time.perf_counter(), time.process_time()
        trainer.pass_step(users[step * size : (step + 1) * size], step=step)
        seconds.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - cpu_begun)
    return size / float(np.median(seconds[1:])), size / float(np.median(cpu[1:]))


def main(data: Path, result: Path) -> None:
    """From the memory-mapped interactions to a checkpoint, as the training job does it."""
    checkpoints = result.parent / "checkpoints"
    # What an earlier round left would be gone on with, and it left off among the full epochs.
    shutil.rmtree(checkpoints, ignore_errors=True)
    rows, _ = Rows.learned(open_rows(data), signal=Signal(liked_threshold=4.0))
    trainer = Trainer(rows, plan=Plan(), seed=0, checkpoints=checkpoints)
    sampled, sampled_cpu = users_per_second(trainer, rows, steps=SAMPLED_STEPS)
    trainer.state.place.full_from = 1
    full, _ = users_per_second(trainer, rows, steps=FULL_STEPS)
    trainer.save()
    result.write_text(
        json.dumps(
            {"sampled": sampled, "sampledCpu": sampled_cpu, "full": full, "device": trainer.processes.device.type}
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
