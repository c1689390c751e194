-- Leads a flight that nobody leads, or says who does; a process that follows counts from now on.
-- KEYS lock, items, watchers
-- ARGV token, latest attempt seen, lock ms, kept ms, follower ("": does not follow), sign ms
local held = redis.call('GET', KEYS[1])
local attempt = tonumber(ARGV[2])
if held then
  if string.sub(held, -#ARGV[1]) ~= ARGV[1] then
    if ARGV[5] ~= '' then
      local now = redis.call('TIME')
      redis.call('ZADD', KEYS[3], now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[6], ARGV[5])
      redis.call('PEXPIRE', KEYS[3], ARGV[4])
    end
    return held
  end
  -- Ours: the reply to an earlier claim was lost.
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return held
end
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if last then
  attempt = math.max(attempt, tonumber(string.match(last[1], '^%d+')))
end
held = 'led ' .. (attempt + 1) .. ' ' .. ARGV[1]
redis.call('XADD', KEYS[2], 'MAXLEN', 1, (attempt + 1) .. '-0', 'state', 'begun')
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('SET', KEYS[1], held, 'PX', ARGV[3])
return held
