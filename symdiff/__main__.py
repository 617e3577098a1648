"""`python -m symdiff` is the command `symdiff`."""

import sys

from symdiff.cli import main

if __name__ == "__main__":
    sys.exit(main())
