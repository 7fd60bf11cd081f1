"""Do the laws of the charter language hold on thousands of charters?

The laws are those of `tests/charter/test_laws.py`: written and read back is the same charter, the
order of words does not matter, several files say what one says.

    python studies/charter_laws.py --charters 3000
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.charter import test_laws as laws
from tests.charter.strategies import trees

files = st.lists(st.integers(0, 2), min_size=40, max_size=40)
LAWS = (
    (laws.test_a_charter_that_is_written_and_read_back_is_the_same_charter, (trees(),)),
    (laws.test_the_order_of_words_does_not_matter, (trees(),)),
    (laws.test_a_charter_in_several_files_says_what_it_says_in_one, (trees(), files)),
)


def main() -> None:
    """Hold every law against charters drawn at random; the first that breaks one is shown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--charters", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="one charter in a hundred")
    asked = parser.parse_args()
    many = asked.charters // 100 if asked.quick else asked.charters
    whole = settings(
        max_examples=many, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    for law, drawn in LAWS:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            holds = seed(asked.seed)(whole(given(*drawn)(law.hypothesis.inner_test)))  # type: ignore[attr-defined]
            holds(folder=Path(folder))
        words = law.__name__.removeprefix("test_").replace("_", " ")
        print(f"{words}: held on {many:,} charters in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
