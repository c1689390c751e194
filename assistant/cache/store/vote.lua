-- A user puts an accepted text forward for its tenant, once for each request. From `need` users on the text that
-- scores best is served to all. Says known (it is
-- the user's vote already), voted (for another one), kept (the one at choice now), lower, or shared.
local key, user, id = ARGV[3], ARGV[4], ARGV[5]
local need, ms = tonumber(ARGV[6]), tonumber(ARGV[7])
local fields = fields_from(8)
local votes, choice = prefix .. 'vote:' .. key, prefix .. 'choice:' .. key
if redis.call('HSETNX', votes, user, id) == 0 then
  return redis.call('HGET', votes, user) == id and 'known' or 'voted'
end
keep(votes, ms)

local function score_of(entry_id)
  return tonumber(redis.call('HGET', prefix .. 'e:' .. entry_id, 'score') or '') or -1
end

local function choose()
  local entry = prefix .. 'e:' .. id
  for name, value in pairs(fields) do redis.call('HSET', entry, name, value) end
  redis.call('PEXPIRE', entry, ms)
  index(prefix .. 'all', id, fields['kept_until'], ms)
  for document in each(fields['d']) do
    index(prefix .. 'd:' .. document, id, fields['kept_until'], ms)
  end
end

local function share(best)
  local entry = prefix .. 'e:' .. best
  local found = redis.call('HMGET', entry, 'x', 'c', 'b', 'kept_until')
  local left = redis.call('PTTL', entry)
  redis.call('HSET', entry, 'state', 'accepted')
  redis.call('SET', prefix .. 'x:' .. found[1], best, 'PX', left)
  if found[2] ~= '' then redis.call('SET', prefix .. 'c:' .. found[2], best, 'PX', left) end
  if not found[3] or found[3] == '' then return end
  if redis.call('ZSCORE', prefix .. 'b:' .. found[3], best) then return end
  index(prefix .. 'b:' .. found[3], best, found[4], left)
  log('add', best, found[3], left)
end

local best = redis.call('HGET', choice, 'best')
local there = best and redis.call('EXISTS', prefix .. 'e:' .. best) == 1
local better = not there or (tonumber(fields['score']) or -1) > score_of(best)
if better then
  if best then forget(best) end
  best = id
  choose()
end
redis.call('HSET', choice, 'best', best, 'need', need)
keep(choice, ms)
if redis.call('HLEN', votes) >= need then
  share(best)
  return 'shared'
end
return better and 'kept' or 'lower'
