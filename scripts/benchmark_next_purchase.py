"""`post-purchase benchmark next-purchase`, by the name that it had as a script."""

import sys

from post_purchase.cli import main

sys.exit(main(["benchmark", "next-purchase", *sys.argv[1:]]))
