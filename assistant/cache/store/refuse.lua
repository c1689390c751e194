-- The writer wants this text no more: this request is never served it again; its own entry nobody is. Returns
-- [share, canonical, exact, user] where it may have been put forward for sharing, else nothing.
local id, user, asked, own = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local tombstone_ms, text = tonumber(ARGV[7]), ARGV[8]
local entry = KEYS[1]
local found = redis.call('HMGET', entry, 'user', 'text', 'x', 'c', 'b', 'share')
if found[1] and found[1] ~= user then return false end
tombstone(asked, beyond(id, tombstone_ms), id, text ~= '' and text or found[2])
refused_elsewhere(id, asked)
-- Just written, it could still be joined; one that is being written now is another text.
local flight = redis.call('GET', prefix .. 'f:' .. asked)
if flight and string.sub(flight, 1, 4) == 'done' then
  redis.call('DEL', prefix .. 'f:' .. asked, prefix .. 'q:' .. asked)
end
if own ~= '1' or not found[1] then return false end

redis.call('HSET', entry, 'state', 'refused')
unpoint_canonical(found[4], id)
unfindable(id, found[5])
if found[6] == '' then return false end
return {found[6], found[4], found[3], user}
