-- Makes an entry findable in a bucket by its vector; 0 where it is gone or refused.
local id, bucket, vector = ARGV[3], ARGV[4], ARGV[5]
local found = redis.call('HMGET', KEYS[1], 'state', 'kept_until', 'b')
if not found[1] or found[1] == 'refused' then return 0 end
if found[3] and found[3] ~= bucket then unfindable(id, found[3]) end
redis.call('HSET', KEYS[1], 'v', vector, 'b', bucket)
local ms = math.max(1, math.floor((tonumber(found[2]) - now) * 1000))
local left = redis.call('PTTL', KEYS[1])
index(prefix .. 'b:' .. bucket, id, now + left / 1000, ms)
log('add', id, bucket, ms)
return 1
