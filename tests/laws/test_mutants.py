"""A law or a reading that notices nothing would look like one that holds."""

from __future__ import annotations

import datetime as dt
import os
import random

import pytest
from mutants import MUTANTS, Laboratory, Mutant

# So many are drawn by the date: none unless it is set, since two shops are built for them.
DRAWN = random.Random(f"{dt.date.today():%Y%m%d}").sample(MUTANTS, int(os.environ.get("MUTANTS", "1")))


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("mutants"))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_fits_the_sql(mutant: Mutant) -> None:
    assert mutant.text()


@pytest.mark.parametrize("mutant", DRAWN, ids=lambda mutant: mutant.name)
def test_mutant_is_caught(mutant: Mutant, laboratory: Laboratory, capsys: pytest.CaptureFixture[str]) -> None:
    by = laboratory.caught(mutant)
    with capsys.disabled():
        print(f"\ndrawn: {mutant.name}, caught by {mutant.who}: {by}")
    assert by, f"{mutant.who} holds of a project in which {mutant.name}"
