-- Stores an answer as the newest one of its request. With another text asked for (again: 'yes'), the ones before
-- it are not served to this request any more; 'only' does nothing but that, to all but the entry of that id.
-- Says stored, tombstone, or demoted where nothing was to be stored.
local id, exact, canonical = ARGV[3], ARGV[4], ARGV[5]
local again, most = ARGV[6], tonumber(ARGV[7])
local provisional_ms, full_ms, tombstone_ms = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local formers = tonumber(ARGV[11])
local list = prefix .. 'n:' .. exact
local fields = fields_from(12 + formers)

local function demote_one(former)
  local found = redis.call('HMGET', prefix .. 'e:' .. former, 'text', 'x')
  tombstone(exact, beyond(former, tombstone_ms), former, found[1])
  refused_elsewhere(former, exact)
  if canonical ~= '' and found[2] == exact then unpoint(prefix .. 'a:' .. canonical, former) end
end

local function demote()
  local ids = redis.call('LRANGE', list, 0, -1)
  ids[#ids + 1] = redis.call('GET', prefix .. 'x:' .. exact) or nil
  if canonical ~= '' then
    for _, kind in ipairs({'c', 'a'}) do
      ids[#ids + 1] = redis.call('GET', prefix .. kind .. ':' .. canonical) or nil
    end
  end
  for _, former in ipairs(ids) do
    if former ~= id then demote_one(former) end
  end
  for at = 12, 11 + formers do tombstone(exact, tombstone_ms, ARGV[at]) end
end

-- The other texts of the request that are still there, newest first. Two stay whatever comes: one that was put
-- forward, for its writer may take it back, and the accepted one that is served again if nobody accepts this.
local function others()
  local found, spared = {}, fields['state'] == 'accepted'
  for _, other in ipairs(redis.call('LRANGE', list, 0, -1)) do
    local state, put_forward = unpack(redis.call('HMGET', prefix .. 'e:' .. other, 'state', 'put_forward'))
    if other ~= id and state then
      local accepted = state == 'accepted'
      local next_best = accepted and not spared and not refuses(exact, other)
      spared = spared or next_best
      found[#found + 1] = {id = other, accepted = accepted, stays = put_forward or next_best}
    end
  end
  return found
end

-- Keeps the list to as many as are remembered: the oldest ones go, accepted ones last.
local function push()
  local kept = others()
  local excess = #kept + 1 - most
  for _, accepted in ipairs({false, true}) do
    for at = #kept, 1, -1 do
      local other = kept[at]
      if excess > 0 and not other.stays and other.accepted == accepted then
        forget(other.id)
        table.remove(kept, at)
        excess = excess - 1
      end
    end
  end
  redis.call('DEL', list)
  redis.call('RPUSH', list, id)
  for _, other in ipairs(kept) do redis.call('RPUSH', list, other.id) end
  keep(list, full_ms)
end

local function point(kind)
  redis.call('SET', prefix .. kind, id, 'KEEPTTL')
  keep(prefix .. kind, full_ms)
end

-- Requests in other words are not deprived of an accepted text because this one wanted another.
local function point_canonical()
  local current = redis.call('GET', prefix .. 'c:' .. canonical)
  if current then
    local found = redis.call('HMGET', prefix .. 'e:' .. current, 'state', 'x')
    local wanted = again == 'yes' or refuses(exact, current)
    if found[1] == 'accepted' and found[2] ~= exact and wanted then return end
  end
  point('c:' .. canonical)
  if fields['state'] == 'accepted' then point('a:' .. canonical) end
end

if again ~= 'no' then demote() end
redis.call('DEL', prefix .. 'r:' .. exact)
if again == 'only' then return 'demoted' end
if redis.call('ZSCORE', prefix .. 't:' .. exact, fields['text']) then return 'tombstone' end

forget(id)
redis.call('ZREM', prefix .. 't:' .. exact, id)
local entry = KEYS[1]
for name, value in pairs(fields) do redis.call('HSET', entry, name, value) end
redis.call('PEXPIRE', entry, provisional_ms)
local kept_until = now + provisional_ms / 1000
index(prefix .. 'all', id, kept_until, full_ms)
for document in each(fields['d']) do
  index(prefix .. 'd:' .. document, id, kept_until, full_ms)
end
push()
point('x:' .. exact)
if canonical ~= '' then point_canonical() end
return 'stored'
