-- Plays prepared requests: wrk … -s replay.lua URL -- FILE ORDER SEED
--
-- FILE: lines of `name: value` for the headers, an empty line, then one request a line as
-- METHOD, path and body with tabs between them. ORDER: `any` draws each request by chance,
-- `once` plays the file from its top and tells when it was too short, `through` plays it from its
-- top and ends with it, saying nothing: wrk itself cannot end before its time.
-- The last line printed is one JSON object; bench/loading.py reads it.

local threads = {}
local requests = {}
local order = "any"
local position = 0
played_out = 0

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local lines = io.lines(args[1])
  local headers = {}
  for line in lines do
    if line == "" then break end
    local name, value = line:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  for line in lines do
    local method, path, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
    if body == "" then body = nil end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  order = args[2]
  math.randomseed(tonumber(args[3]))
end

function request()
  if order == "any" then return requests[math.random(#requests)] end
  if position == #requests then
    if order == "through" then os.exit(0) end
    played_out, position = 1, 0
  end
  position = position + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answers": %d, "seconds": %.6f, "size": %d, "p50": %.3f, "p99": %.3f,'
      .. ' "broken": %d, "refused": %d, "played_out": %s}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    threads[1]:get("played_out") == 1 and "true" or "false"
  ))
end
