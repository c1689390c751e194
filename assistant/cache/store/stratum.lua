-- What is known of strata. KEYS[1] names any key of their slot; ARGV[1] begins all of their names. Beside the
-- hash of a stratum lies, for each kind of answer, what each writer was shown and how much of it was wrong.
local prefix, writer = ARGV[1], ARGV[2]
local KINDS = {'served', 'watched', 'written'}

local function by(stratum, kind, name)
  return prefix .. stratum .. ':' .. kind .. ':' .. name
end

-- The field of all writers together.
local function field(kind, name)
  return kind == 'served' and name or kind .. '_' .. name
end

local function shares(stratum, kind, of)
  local seen = redis.call('ZSCORE', by(stratum, kind, 'seen'), of)
  local wrong = redis.call('ZSCORE', by(stratum, kind, 'wrong'), of)
  return tonumber(seen or 0), tonumber(wrong or 0)
end

-- Seen and wrong: of all, of this writer, and of the writer of whom most was wrong.
local function counts(stratum, kind, of)
  local all = redis.call('HMGET', prefix .. stratum, field(kind, 'seen'), field(kind, 'wrong'))
  local own_seen, own_wrong = shares(stratum, kind, of)
  local worst = redis.call('ZREVRANGE', by(stratum, kind, 'wrong'), 0, 0)[1]
  local worst_seen, worst_wrong = 0, 0
  if worst then worst_seen, worst_wrong = shares(stratum, kind, worst) end
  return {
    tonumber(all[1] or 0), tonumber(all[2] or 0),
    own_seen, own_wrong, worst_seen, worst_wrong,
  }
end

local function evidence(stratum, of)
  local withdrawn = redis.call('HGET', prefix .. stratum, 'withdrawn') or '0'
  local found = {stratum, withdrawn}
  for _, kind in ipairs(KINDS) do found[#found + 1] = counts(stratum, kind, of) end
  return found
end
