-- A user takes a vote back, if it is for the text `only` or that is empty: the text goes, and with too few
-- votes left whatever was shared.
local key, user, only = ARGV[3], ARGV[4], ARGV[5]
local votes, choice = prefix .. 'vote:' .. key, prefix .. 'choice:' .. key
local id = redis.call('HGET', votes, user)
if not id or (only ~= '' and id ~= only) then return 0 end
redis.call('HDEL', votes, user)
local left = redis.call('HLEN', votes)
local found = redis.call('HMGET', choice, 'best', 'need')
if found[1] and (found[1] == id or left < tonumber(found[2])) then
  forget(found[1])
  redis.call('HDEL', choice, 'best')
end
if left == 0 then redis.call('DEL', choice) end
return 1
