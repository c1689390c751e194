-- Notes a member of a list that is kept until its last member ends.
index(KEYS[1], ARGV[3], ARGV[4], tonumber(ARGV[5]))
return 1
