-- Who holds the lock, and what came after an entry; a sign of life where one is due.
-- KEYS lock, items, watchers
-- ARGV id of the last entry seen, follower ("": no sign now), sign ms, kept ms
if ARGV[2] ~= '' then
  local now = redis.call('TIME')
  redis.call('ZADD', KEYS[3], now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[3], ARGV[2])
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
end
return {redis.call('GET', KEYS[1]) or '', redis.call('XRANGE', KEYS[2], '(' .. ARGV[1], '+')}
