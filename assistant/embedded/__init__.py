"""Engine and cache of a laptop: llama.cpp and Valkey in one child process that leaves with us."""
