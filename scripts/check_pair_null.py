"""`post-purchase pair-null`, by the name that it had as a script."""

import sys

from post_purchase.cli import main

sys.exit(main(["pair-null", *sys.argv[1:]]))
