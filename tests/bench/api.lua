-- Questions about accounts for wrk, made before the clock runs: one after the
-- other of the first 10,000 accounts "shop/N", for each thread from elsewhere.
local EACH = 10000
local made, at, threads = {}, 0, 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(_)
  for i = 1, EACH do
    made[i] = wrk.format(nil, "/v1/accounts/shop%2F" .. i)
  end
  at = number * 1000
end

function request()
  at = at % EACH + 1
  return made[at]
end
