-- Whether a user may put this entry forward in this hour: once counted, again and again.
local member, most = redis.sha1hex(ARGV[3]), tonumber(ARGV[4])
if redis.call('SISMEMBER', KEYS[1], member) == 1 then return 1 end
if redis.call('SCARD', KEYS[1]) >= most then return 0 end
redis.call('SADD', KEYS[1], member)
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], 3600000) end
return 1
