return evidence(ARGV[3], writer)
