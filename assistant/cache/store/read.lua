-- What is stored for a request: whether its answer was delivered, what it refuses, digests of the texts it
-- has had, then [id, body, created, text] of the exact and of the canonical entry, or why there is none.
local exact, canonical = ARGV[3], ARGV[4]
local texts = {}

-- 'absent', 'tombstone', or the state of an entry that may be served.
local function standing(id)
  local found = redis.call('HMGET', prefix .. 'e:' .. id, 'state', 'text')
  if not found[1] then return 'absent' end
  texts[#texts + 1] = found[2]
  if found[1] == 'refused' or refuses(exact, id, found[2]) then return 'tombstone' end
  return found[1]
end

local function entry(id)
  local found = redis.call('HMGET', prefix .. 'e:' .. id, 'body', 'created', 'text')
  return {id, found[1], found[2], found[3]}
end

-- The one in use, else of its variants an accepted one, else the newest.
local function exact_entry()
  local served = redis.call('GET', prefix .. 'x:' .. exact)
  local why = served and standing(served) or 'absent'
  local best = (why == 'accepted' or why == 'provisional') and served
  local best_state = best and 'served'
  for _, id in ipairs(redis.call('LRANGE', prefix .. 'n:' .. exact, 0, -1)) do
    local state = id ~= served and standing(id) or 'absent'
    if state == 'tombstone' then
      why = state
    elseif state ~= 'absent' and (not best or (best_state == 'provisional' and state == 'accepted')) then
      best, best_state = id, state
    end
  end
  return best and entry(best) or why
end

-- The newest one, else the one accepted last.
local function canonical_entry()
  local why = 'absent'
  if canonical == '' then return why end
  for _, kind in ipairs({'c', 'a'}) do
    local id = redis.call('GET', prefix .. kind .. ':' .. canonical)
    local state = id and standing(id) or 'absent'
    if state == 'accepted' or state == 'provisional' then return entry(id) end
    if state == 'tombstone' then why = state end
  end
  return why
end

local one, other = exact_entry(), canonical_entry()
local tombstones = redis.call('ZRANGE', prefix .. 't:' .. exact, 0, -1)
return {redis.call('EXISTS', prefix .. 'r:' .. exact), tombstones, texts, one, other}
