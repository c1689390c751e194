-- Takes entries out with all that leads to them; how many there were.
local count = 0
for at = 3, #ARGV do count = count + forget(ARGV[at]) end
return count
