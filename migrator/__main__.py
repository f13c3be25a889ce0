"""`python -m migrator` is `patless`."""

import sys

from migrator.cli import main

sys.exit(main())
