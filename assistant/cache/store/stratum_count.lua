-- Counts an answer that was shown, once however often it is told, and whether it was wrong, which a later word
-- undoes. Without a stratum it is a verdict on what was shown before; nothing comes back where that is not known.
local stratum, kind, shown, word = ARGV[3], ARGV[4], prefix .. 'shown:' .. ARGV[5], ARGV[6]
local shown_ms, kept_ms = ARGV[7], ARGV[8]
local MOST_WRITERS = 10000 -- of one stratum; those who were shown least fall out

-- When counting began: after a reset nothing that was shown before counts.
local function begun(name)
  return redis.call('HGET', prefix .. name, 'begun')
end

local function add(name, amount)
  redis.call('HINCRBY', prefix .. stratum, field(kind, name), amount)
  local each = by(stratum, kind, name)
  if tonumber(redis.call('ZINCRBY', each, amount, writer)) <= 0 then redis.call('ZREM', each, writer) end
  redis.call('ZREMRANGEBYRANK', each, 0, -MOST_WRITERS - 1)
end

local known = redis.call('HMGET', shown, 'stratum', 'kind', 'writer', 'begun', 'wrong')
if known[1] and known[4] == begun(known[1]) then
  stratum, kind, writer = known[1], known[2], known[3]
else
  if stratum == '' then return false end
  local time = redis.call('TIME')
  redis.call('HSETNX', prefix .. stratum, 'begun', time[1] .. '.' .. time[2])
  redis.call('HSET', shown, 'stratum', stratum, 'kind', kind, 'writer', writer,
    'begun', begun(stratum), 'wrong', 0)
  known[5] = '0'
  add('seen', 1)
end
redis.call('PEXPIRE', shown, shown_ms)
if word == 'wrong' and known[5] == '0' then
  redis.call('HSET', shown, 'wrong', 1)
  add('wrong', 1)
elseif word == 'right' and known[5] == '1' then
  redis.call('HSET', shown, 'wrong', 0)
  add('wrong', -1)
end
redis.call('SADD', prefix .. 'all', stratum)
local names = {'all', stratum}
for _, each in ipairs(KINDS) do
  for _, name in ipairs({'seen', 'wrong'}) do names[#names + 1] = stratum .. ':' .. each .. ':' .. name end
end
for _, name in ipairs(names) do redis.call('PEXPIRE', prefix .. name, kept_ms) end
return evidence(stratum, writer)
