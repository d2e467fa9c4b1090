-- wrk as a second opinion of bench/load: posts the lines of $SLAD_EVENTS one by one, and counts what
-- was not answered with an accepted event.
local lines, next_line = {}, 0

function init()
    for line in io.lines(os.getenv("SLAD_EVENTS")) do
        lines[#lines + 1] = wrk.format("POST", "/v1/events", {["Content-Type"] = "application/json"}, line)
    end
end

function request()
    next_line = next_line % #lines + 1
    return lines[next_line]
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format('{"requests":%d,"seconds":%.6f,"wrong":%d,"p50":%d,"p99":%d}\n', summary.requests,
        summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50),
        latency:percentile(99)))
end
