"""What an answer costs in GPU-seconds and money."""
