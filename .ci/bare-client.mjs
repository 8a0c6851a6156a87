// What a client sees that does nothing but call: for `npm run accuracy`, beside the load that is being checked. Calls of an MCP tool
// `wait` at even instants over plain node:http, each timed from the instant it was due. Begins when the server answers and ends with
// it; then prints one line of JSON. node bare-client.mjs URL RATE WARM_UP_SECONDS
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [url, rate, warmupSeconds] = process.argv.slice(2);
const perSecond = Number(rate);
const warmupCalls = perSecond * Number(warmupSeconds);
const READY_MS_MAX = 30_000;

const agent = new Agent({ keepAlive: true });
const latencies = [];
const latenesses = [];
let isOver = false;

const until = performance.now() + READY_MS_MAX;
while (!(await call(0))) {
  if (performance.now() > until) throw new Error(`no server answered at ${url} within ${READY_MS_MAX} ms`);
  await sleep(50);
}
const origin = performance.now();
for (let count = 1; !isOver; count += 1) {
  const due = origin + (count * 1000) / perSecond;
  await sharpSleep(due);
  const late = performance.now() - due;
  void call(count).then((isAnswered) => {
    isOver ||= !isAnswered; // The load is over, and the server with it.
    if (!isAnswered || count <= warmupCalls) return;
    latencies.push(performance.now() - due);
    latenesses.push(late);
  });
}
console.log(JSON.stringify({ count: latencies.length, ...figures(latencies), lateP99: figures(latenesses).p99 }));
process.exit(0);

/** A timer alone is late by most of a millisecond; the last one is spent looking at the clock. */
async function sharpSleep(due) {
  for (;;) {
    const left = due - performance.now();
    if (left <= 0) return;
    if (left > 1) await sleep(Math.floor(left));
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

/** false: there is no server. */
function call(id) {
  const params = { name: 'wait', arguments: { text: `bare ${id}` } };
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => resolve(true));
      response.once('error', () => resolve(false));
    });
    sent.once('error', () => resolve(false));
    sent.end(body);
  });
}

function figures(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p) => Math.round((sorted[Math.ceil(sorted.length * p) - 1] ?? Number.NaN) * 1000) / 1000;
  return { p50: at(0.5), p99: at(0.99) };
}
