"""`python -m portlab`, for when the command itself is not on the path."""

import sys

from portlab.cli import main

sys.exit(main())
