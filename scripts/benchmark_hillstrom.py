"""`post-purchase benchmark hillstrom`, by the name that it had as a script."""

import sys

from post_purchase.cli import main

sys.exit(main(["benchmark", "hillstrom", *sys.argv[1:]]))
