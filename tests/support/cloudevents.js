/*
 * A client made of the public npm package `cloudevents`: sends what stands on standard input, an
 * array of [mode, event or events], to a URL, and prints the answers, an array of [status, body].
 *
 *     node cloudevents.js URL TOKEN <FILE
 *
 * The package is looked for from the working directory on.
 */
"use strict";
const http = require("http");
const { CloudEvent, HTTP, Mode, emitterFor, httpTransport } =
    require(require.resolve("cloudevents", { paths: [process.cwd()] }));

const [url, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };

/* A hook answers with no body. */
function parsed(body) {
    return body === "" ? null : JSON.parse(body);
}

/* The package's own transport says nothing of the status; this one says both. */
function transport(message, options) {
    return new Promise((resolve, reject) => {
        const request = http.request(
            url, { method: "POST", headers: { ...message.headers, ...options.headers } }, (answer) => {
                let body = "";
                answer.setEncoding("utf8");
                answer.on("data", (piece) => { body += piece; });
                answer.on("end", () => resolve([answer.statusCode, parsed(body)]));
            });
        request.on("error", reject);
        request.end(message.body);
    });
}

function send(mode, given) {
    switch (mode) {
    case "binary":
        return emitterFor(transport, { binding: HTTP, mode: Mode.BINARY })(new CloudEvent(given), { headers });
    case "structured":
        return emitterFor(transport, { binding: HTTP, mode: Mode.STRUCTURED })(new CloudEvent(given), { headers });
    case "batch":
        return transport({
            headers: { "content-type": "application/cloudevents-batch+json" },
            body: JSON.stringify(given.map((one) => new CloudEvent(one))),
        }, { headers });
    case "transport": /* of the package; its answer has no status */
        return emitterFor(httpTransport(url))(new CloudEvent(given), { headers })
            .then((answer) => [null, parsed(answer.body)]);
    default:
        throw new Error(`no mode: ${mode}`);
    }
}

async function main() {
    let text = "";
    for await (const piece of process.stdin)
        text += piece;
    const answers = [];
    for (const [mode, given] of JSON.parse(text))
        answers.push(await send(mode, given));
    console.log(JSON.stringify(answers));
}

main();
