"""The pages: one static folder, made from a finished build's marts, that opens from a disk without a network."""
