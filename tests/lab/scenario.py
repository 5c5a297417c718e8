# SPDX-License-Identifier: Apache-2.0
"""The scenarios by name, in the order in which they are played, and how one is played."""

import time
import traceback
from dataclasses import dataclass
from typing import Callable

from stage import Stage


@dataclass(frozen=True)
class Scenario:
    name: str
    story: str
    play: Callable


@dataclass(frozen=True)
class Result:
    scenario: Scenario
    rows: list
    problems: list
    seconds: float


ALL = {}


def scenario(name, story):
    """Registers a function that plays on a Stage."""
    def register(play):
        assert name not in ALL, name
        ALL[name] = Scenario(name, story, play)
        return play
    return register


def play(chosen, net, tell, heal):
    """One scenario. `heal`: whether the lab is put back in order behind it."""
    tell(f"\n{chosen.name}: {chosen.story}")
    stage, start = Stage(net, tell), time.monotonic()
    try:
        chosen.play(stage)
        stage.finish()
        if heal:
            net.heal()
    except KeyboardInterrupt:
        raise
    except Exception:
        stage.check(False, traceback.format_exc())
        net.heal()
    seconds = time.monotonic() - start
    tell(f"  {'as expected' if not stage.problems else 'NOT AS EXPECTED'}, {seconds:.1f} s")
    return Result(chosen, stage.rows, stage.problems, seconds)
