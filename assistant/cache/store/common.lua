-- What all scripts share. KEYS[1] names any key of the partition; the others are made from its prefix, for
-- they hold the same hash tag. Times: now and kept_until in seconds, ms in milliseconds.
local prefix, now = ARGV[1], tonumber(ARGV[2])

local MOST_TOMBSTONES = 1000 -- of one request; the oldest are forgotten
local LONGEST_LOG = 10000
local DAY_MS = 86400000

-- Whatever is written stays at least that long.
local function keep(key, ms)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end

-- Members of an index are scored by the time they end, so that those of the past fall out.
local function index(key, id, kept_until, ms)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. ARGV[2])
  redis.call('ZADD', key, kept_until, id)
  keep(key, ms)
end

local function log(op, id, bucket, ms)
  local key = prefix .. 'log'
  redis.call('XADD', key, 'MAXLEN', '~', LONGEST_LOG, '*', 'op', op, 'id', id, 'b', bucket)
  keep(key, ms)
end

-- Digests in a field that holds several.
local function each(field)
  return string.gmatch(field or '', '%S+')
end

local function unfindable(id, bucket)
  if not bucket or bucket == '' then return end
  if redis.call('ZREM', prefix .. 'b:' .. bucket, id) == 1 then log('del', id, bucket, 60000) end
end

local function unpoint(key, id)
  if redis.call('GET', key) == id then redis.call('DEL', key) end
end

-- 'c' leads from a request in whatever words to its newest text, 'a' to the one accepted last.
local function unpoint_canonical(canonical, id)
  if not canonical or canonical == '' then return end
  for _, kind in ipairs({'c', 'a'}) do unpoint(prefix .. kind .. ':' .. canonical, id) end
end

-- Takes an entry out with all that leads to it.
local function forget(id)
  local entry = prefix .. 'e:' .. id
  local found = redis.call('HMGET', entry, 'x', 'c', 'd', 'b')
  if found[1] then
    unpoint(prefix .. 'x:' .. found[1], id)
    redis.call('LREM', prefix .. 'n:' .. found[1], 0, id)
    unpoint_canonical(found[2], id)
    for document in each(found[3]) do redis.call('ZREM', prefix .. 'd:' .. document, id) end
    unfindable(id, found[4])
  end
  redis.call('ZREM', prefix .. 'all', id)
  return redis.call('DEL', entry)
end

-- A refused text is remembered longer than it is kept.
local function beyond(id, ms)
  local kept_until = tonumber(redis.call('HGET', prefix .. 'e:' .. id, 'kept_until') or '')
  if not kept_until then return ms end
  return math.max(ms, math.floor((kept_until - now) * 1000) + DAY_MS)
end

local function tombstone(exact, ms, ...)
  local key = prefix .. 't:' .. exact
  for _, member in ipairs({...}) do
    if member and member ~= '' then redis.call('ZADD', key, now, member) end
  end
  redis.call('ZREMRANGEBYRANK', key, 0, -MOST_TOMBSTONES - 1)
  if redis.call('EXISTS', key) == 1 then keep(key, ms) end
end

-- Which other requests refuse an entry is noted with it, so that erasing it finds them.
local function refused_elsewhere(id, exact)
  local entry = prefix .. 'e:' .. id
  local found = redis.call('HMGET', entry, 'x', 'by')
  if not found[1] or found[1] == exact or string.find(found[2] or '', exact, 1, true) then return end
  redis.call('HSET', entry, 'by', (found[2] or '') .. ' ' .. exact)
end

local function refuses(exact, id, text)
  local key = prefix .. 't:' .. exact
  return redis.call('ZSCORE', key, id) or (text and redis.call('ZSCORE', key, text))
end

local function fields_from(first)
  local fields = {}
  for at = first, #ARGV, 2 do fields[ARGV[at]] = ARGV[at + 1] end
  return fields
end
