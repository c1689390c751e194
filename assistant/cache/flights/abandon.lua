-- Ends a flight that no other process follows; 0 where one does.
-- KEYS lock, items, watchers
-- ARGV lock value, attempt, kept ms
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 1
end
local now = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now[1] * 1000 + math.floor(now[2] / 1000))
if redis.call('ZCARD', KEYS[3]) > 0 then
  return 0
end
redis.call('XADD', KEYS[2], ARGV[2] .. '-*', 'state', 'abandoned')
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('DEL', KEYS[1])
return 1
