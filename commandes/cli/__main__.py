"""`python -m commandes.cli`, the same as `commandes`."""

import sys

from commandes.cli import main

sys.exit(main())
