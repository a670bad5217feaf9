-- Notifications for wrk, made before the clock runs: what is measured is the
-- receiver, not the writing of requests. PATH_OF_HOOK is set by the caller.
local EACH = 10000
local made, at, threads = {}, 0, 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(_)
  local path = os.getenv("PATH_OF_HOOK")
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  for i = 1, EACH do
    local id = string.format("%d%07d", number, i)
    made[i] = wrk.format(nil, path, nil, '{"subscription_id": "' .. id .. '"}')
  end
end

function request()
  at = at % EACH + 1
  return made[at]
end
