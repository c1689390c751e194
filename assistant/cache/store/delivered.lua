-- The text has reached its user: the same request is a repeat from now on, as long as the text may be kept.
local exact, otherwise_ms = ARGV[3], tonumber(ARGV[4])
local kept_until = redis.call('HGET', KEYS[1], 'kept_until')
local ms = kept_until and math.floor((tonumber(kept_until) - now) * 1000) or otherwise_ms
if ms > 0 then redis.call('SET', prefix .. 'r:' .. exact, '1', 'PX', ms) end
return ms
