"""What is kept of answered requests for a while, so that a larger tier can write them once more."""
