-- The log since a place: [reset, last place, items]. A place that was trimmed away, or belongs to a log that is
-- no more, says nothing of what came after it.
local since = ARGV[3]
local key = prefix .. 'log'
local newest = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)
local last = newest[1] and newest[1][1] or ''
if since == last then return {0, last, {}} end
if since == '' or #redis.call('XRANGE', key, since, since) == 0 then return {1, last, {}} end
return {0, last, redis.call('XRANGE', key, '(' .. since, '+')}
