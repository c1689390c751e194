-- Takes entries out with all that was ever derived from them: pointers, vectors, tombstones, marks, what was
-- streamed. The log goes as a whole, so that every index held in memory is read anew. ARGV[3] is what was asked
-- where the first of them was served, ARGV[4] the digest of its text, known where the entry is gone already.
local asked, known = ARGV[3], ARGV[4]

local function erase_marks(exact, id, text)
  if exact == '' then return end
  redis.call('ZREM', prefix .. 't:' .. exact, id, text)
  for _, kind in ipairs({'f', 'q', 'w'}) do redis.call('DEL', prefix .. kind .. ':' .. exact) end
  if redis.call('LLEN', prefix .. 'n:' .. exact) == 0 then redis.call('DEL', prefix .. 'r:' .. exact) end
end

for at = 5, #ARGV do
  local id = ARGV[at]
  local found = redis.call('HMGET', prefix .. 'e:' .. id, 'x', 'text', 'by')
  local text = found[2] or known
  forget(id)
  erase_marks(asked, id, text)
  erase_marks(found[1] or '', id, text)
  for exact in each(found[3]) do redis.call('ZREM', prefix .. 't:' .. exact, id, text) end
end
redis.call('DEL', prefix .. 'log')
return #ARGV - 4
