-- The writer accepted the text: it is kept for its full time and is the one served from now on. Returns the
-- fields of the entry where it may be put forward for sharing, else nothing. Before that it is marked, so that
-- it outlives newer texts until its writer can take it back no more.
local id, user, asked = ARGV[3], ARGV[4], ARGV[5]
local entry = KEYS[1]
local found = redis.call('HMGET', entry, 'user', 'kept_until', 'x', 'c', 'd', 'b', 'state', 'share', 'text')
if found[1] ~= user then return false end
local ms = math.floor((tonumber(found[2]) - now) * 1000)
if ms <= 0 then return false end

redis.call('HSET', entry, 'state', 'accepted')
redis.call('PEXPIRE', entry, ms)
index(prefix .. 'all', id, found[2], ms)
for document in each(found[5]) do index(prefix .. 'd:' .. document, id, found[2], ms) end
if found[6] and found[6] ~= '' then
  local new = not redis.call('ZSCORE', prefix .. 'b:' .. found[6], id)
  index(prefix .. 'b:' .. found[6], id, found[2], ms)
  if new then log('add', id, found[6], ms) end
end
redis.call('SET', prefix .. 'x:' .. found[3], id, 'KEEPTTL')
keep(prefix .. 'x:' .. found[3], ms)
if found[4] ~= '' then
  for _, kind in ipairs({'c', 'a'}) do
    redis.call('SET', prefix .. kind .. ':' .. found[4], id, 'KEEPTTL')
    keep(prefix .. kind .. ':' .. found[4], ms)
  end
end
for _, exact in ipairs({asked, found[3]}) do
  redis.call('ZREM', prefix .. 't:' .. exact, id, found[9])
end
if found[8] == '' then return false end
redis.call('HSET', entry, 'put_forward', '1')
return redis.call('HGETALL', entry)
