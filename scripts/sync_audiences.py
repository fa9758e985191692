"""`post-purchase sync`, by the name that it had as a script."""

import sys

from post_purchase.cli import main

sys.exit(main(["sync", *sys.argv[1:]]))
