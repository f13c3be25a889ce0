"""`python -m migrator` is `patless`."""

import sys

from migrator.entry import main

sys.exit(main())
