// A job server with the habits of many: which of them it has, its first argument says, as JSON. Start and status tools over stdio,
// or over HTTP with `port`. It knows nothing of the harness but, where it is told, a file or an address to tell its effects to.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const habits = JSON.parse(process.argv[2] ?? '{}');
const WORK_MS = 120;
// What it was told at setup, what it was told to keep, and who has said hello: gone with the process.
let handler = null;
let lastId =
  habits.dir && existsSync(`${habits.dir}/last-id`) ? Number(readFileSync(`${habits.dir}/last-id`, 'utf8')) : 100;
const jobs = new Map();
const outputs = new Map();

if (habits.needs && !process.env[habits.needs]) {
  process.stderr.write(`${habits.needs} is not set\n`);
  process.exit(3);
}

const SCHEMA = (properties, required = Object.keys(properties)) => ({ type: 'object', properties, required });
const ID = { job: { type: habits.numbers ? 'integer' : 'string' } };
const TOOLS = [
  ['run_job', SCHEMA({ what: { type: habits.numbers ? 'integer' : 'string' }, url: { type: 'string' } }, ['what'])],
  ['job_status', SCHEMA(ID)],
  ['wait_job', SCHEMA({ ...ID, seconds: { type: 'number' } })],
  ['read_output', SCHEMA({ output_id: { type: 'string' } })],
  ['kill_job', SCHEMA(ID)],
  ['register_handler', SCHEMA({ url: { type: 'string' } })],
].map(([name, inputSchema]) => ({ name, description: name, inputSchema }));

const text = (value, isError) => ({
  content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
  ...(isError ? { isError } : {}),
});

async function call(name, given, who) {
  switch (name) {
    case 'register_handler':
      handler = given.url;
      return text('registered');
    case 'run_job':
      return start(given, who);
    case 'kill_job': {
      const job = find(given.job, who);
      if (!job) return text({ error: `No tracked job ${given.job}` });
      clearTimeout(job.timer);
      job.child?.kill('SIGKILL');
      jobs.delete(String(given.job));
      return text({ success: true });
    }
    case 'job_status':
      return status(given.job, who);
    case 'wait_job': {
      const until = Date.now() + given.seconds * 1000;
      while (find(given.job, who)?.state === 'running' && Date.now() < until)
        await new Promise((go) => setTimeout(go, 10));
      return status(given.job, who);
    }
    case 'read_output':
      return outputs.has(given.output_id)
        ? text({ text: `output: ${outputs.get(given.output_id)}` })
        : text(`no output ${given.output_id}`, true);
    default:
      return text(`no tool ${name}`, true);
  }
}

function start({ what, url }, who) {
  if (habits.types && typeof what !== habits.types) return text(`what must be a ${habits.types}`, true);
  if (habits.handlers && handler === null) return text('no handler is registered', true);
  lastId += 1;
  if (habits.dir) writeFileSync(`${habits.dir}/last-id`, String(lastId));
  const id = habits.numbers ? lastId : randomUUID();
  const job = { state: 'running', what, who };
  jobs.set(String(id), job);
  const to = url ?? (habits.handlers ? handler : null);
  if (to) void post(to, job);
  else if (habits.children) work(job);
  else job.timer = setTimeout(() => done(job), WORK_MS);
  return habits.json ? text({ id }) : text(`Started.\nPID: ${id}`);
}

/** Somebody else does the work. */
async function post(url, job) {
  const reply = await fetch(url, { method: 'POST', body: JSON.stringify({ token: job.what }) }).catch(() => null);
  if (reply?.ok) end(job, job.what);
  else end(job, null);
}

/** A process of its own does it, which a kill of this one leaves at work. */
function work(job) {
  const line = JSON.stringify({ token: job.what });
  job.child = spawn('/bin/sh', ['-c', `sleep 0.4; echo '${line}' >> "$CLAIMCHECK_LEDGER"`], { stdio: 'ignore' });
  job.child.once('exit', (code) => end(job, code === 0 ? job.what : null));
}

function done(job) {
  if (habits.effects === 'ledger')
    appendFileSync(process.env.CLAIMCHECK_LEDGER, `${JSON.stringify({ token: job.what })}\n`);
  if (habits.effects === 'file') appendFileSync(`${habits.dir}/done.txt`, `${job.what}\n`);
  if (habits.effects === 'twice') appendFileSync(`${habits.dir}/done.txt`, `${job.what}\n${job.what}\n`);
  end(job, job.what);
}

function end(job, what) {
  job.state = what === null ? 'broken' : 'done';
  job.output = randomUUID();
  outputs.set(job.output, what);
}

function find(id, who) {
  const job = jobs.get(String(id));
  if (habits.types && typeof id !== habits.types) return undefined;
  return job && (!habits.owners || job.who === who) ? job : undefined;
}

function status(id, who) {
  const job = find(id, who);
  if (!job) return habits.json ? text({ error: `No tracked job ${id}` }) : text(`job ${id} not found`, true);
  const { state, what, output } = job;
  // Some say nothing of a state until there is an end.
  if (state === 'running' && habits.silent) return text({ progress: 40 });
  if (habits.outputs) return text({ state, output_id: output });
  return habits.json ? text({ state, result: { what } }) : text(`STATUS: ${state}\nresult-${what}`);
}

async function answer({ method, params }, who) {
  const serverInfo = { name: 'odd-jobs', version: '1.0.0' };
  if (method === 'initialize') return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
  if (method === 'tools/list') return { tools: TOOLS };
  if (method === 'tools/call') return call(params.name, params.arguments ?? {}, who);
  return null;
}

async function reply(message, who) {
  const result = await answer(message, who);
  const error = { code: -32601, message: `Method not found: ${message.method}` };
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, ...(result ? { result } : { error }) });
}

if (habits.port) {
  createServer(async (request, response) => {
    const chunks = await request.toArray();
    const message = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    if (message.id === undefined) return response.writeHead(202).end();
    const session = message.method === 'initialize' ? randomUUID() : request.headers['mcp-session-id'];
    const owner = habits.owners === 'session' ? session : request.headers['x-tenant'];
    if (habits.tenants && !habits.tenants.includes(owner)) return response.writeHead(401).end();
    const headers = {
      'content-type': 'application/json',
      ...(habits.owners === 'session' ? { 'mcp-session-id': session } : {}),
    };
    response.writeHead(200, headers).end(await reply(message, owner));
  }).listen(habits.port, '127.0.0.1');
} else {
  createInterface({ input: process.stdin })
    .on('line', async (line) => {
      const message = JSON.parse(line);
      if (message.id !== undefined) process.stdout.write(`${await reply(message, 'the host')}\n`);
    })
    .on('close', () => process.exit(0));
}
