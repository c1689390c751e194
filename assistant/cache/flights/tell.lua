-- Adds what was written and renews the lock, or ends the flight; 0 where the lock is no longer ours.
-- KEYS lock, items
-- ARGV lock value, state, id ("": nothing new), items, lock ms, kept ms, done ms, most entries, lasting
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[3] ~= '' then
  local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  -- There already: the reply to the first time was lost.
  if not last or last[1] ~= ARGV[3] then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[8], ARGV[3], 'state', ARGV[2], 'items', ARGV[4])
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[6])
if ARGV[2] == 'going' then
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
elseif ARGV[2] == 'ended' and ARGV[9] == '0' then
  -- For those who follow by now, and for nobody after them.
  redis.call('DEL', KEYS[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[7])
elseif ARGV[2] == 'ended' then
  redis.call('SET', KEYS[1], 'done ' .. string.match(ARGV[3], '^%d+'), 'PX', ARGV[7])
else
  redis.call('DEL', KEYS[1])
end
return 1
