-- SPDX-License-Identifier: Apache-2.0
-- Load for wrk: asks the bodies of a file in turn, and looks whether every answer is right. wrk -s load.lua URL --
-- TOKEN BODIES NEEDLES, where every line of NEEDLES must occur in every answer.

local threads = {}
local requests, needles, at = {}, {}, 0

function setup(thread)
    threads[#threads + 1] = thread
end

local function lines_of(file)
    local out = {}
    for line in io.lines(file) do out[#out + 1] = line end
    return out
end

function init(args)
    right, wrong, sample = 0, 0, ""
    local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. args[1] }
    for _, body in ipairs(lines_of(args[2])) do
        requests[#requests + 1] = wrk.format("POST", nil, headers, body)
    end
    needles = lines_of(args[3])
end

function request()
    at = at % #requests + 1
    return requests[at]
end

local function is_right(status, body)
    if status ~= 200 then return false end
    for _, needle in ipairs(needles) do
        if not string.find(body, needle, 1, true) then return false end
    end
    return true
end

function response(status, headers, body)
    if is_right(status, body) then
        right = right + 1
    else
        wrong = wrong + 1
        if sample == "" then sample = status .. " " .. string.gsub(body, "[^%g ]", "?") end
    end
end

function done(summary, latency, _)
    local right, wrong, sample = 0, 0, ""
    for _, thread in ipairs(threads) do
        right, wrong = right + thread:get("right"), wrong + thread:get("wrong")
        if sample == "" then sample = thread:get("sample") end
    end
    local errors = summary.errors
    print(string.format("RESULT\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s", summary.duration, right, wrong,
        errors.connect + errors.read + errors.write, errors.timeout, latency:percentile(50),
        latency:percentile(99), latency.max, sample))
end
