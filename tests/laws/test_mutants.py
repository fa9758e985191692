"""A law or a reading that notices nothing would look like one that holds."""

from __future__ import annotations

import datetime as dt
import os
import random

import pytest
from mutants import MUTANTS, Mutant, caught

# Each takes a build of its own: as many as MUTANTS says are drawn by the date. None unless it is set, while not every
# one has been seen to be caught (CONTRIBUTING.md says which have).
DRAWN = random.Random(f"{dt.date.today():%Y%m%d}").sample(MUTANTS, int(os.environ.get("MUTANTS", "0")))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_fits_the_sql(mutant: Mutant) -> None:
    assert mutant.text()


@pytest.mark.parametrize("mutant", DRAWN, ids=lambda mutant: mutant.name)
def test_mutant_is_caught(mutant: Mutant) -> None:
    assert caught(mutant), f"{mutant.test} holds of a project in which {mutant.name}"
