"""`post-purchase benchmark risk`, by the name that it had as a script."""

import sys

from post_purchase.cli import main

sys.exit(main(["benchmark", "risk", *sys.argv[1:]]))
