-- Takes what one writer was shown out of a stratum.
local stratum = ARGV[3]
for _, kind in ipairs(KINDS) do
  local seen, wrong = shares(stratum, kind, writer)
  for name, amount in pairs({seen = seen, wrong = wrong}) do
    if amount > 0 then redis.call('HINCRBY', prefix .. stratum, field(kind, name), -amount) end
    redis.call('ZREM', by(stratum, kind, name), writer)
  end
end
return 1
