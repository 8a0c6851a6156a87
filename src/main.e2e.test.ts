// The program as it is built: real processes, real signals. Needs `npm run build`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { standStill } from './stores/testing/stand-still.ts';

const PROGRAM = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));
const EXTENSION = 'io.modelcontextprotocol/tasks';

let directory = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-main-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcess;
  readonly stderr: () => string;
}

function start(args: readonly string[]): Program {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, CLAIMCHECK_LEDGER: join(directory, 'ledger.jsonl') },
  });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return { child, stderr: () => stderr };
}

async function end(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  if (signal !== undefined) child.kill(signal);
  await exited;
  return child.exitCode;
}

async function until<T>(read: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 3_000; attempt++) {
    const found = await read();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('expected it to happen within a minute');
}

async function serve(...args: readonly string[]): Promise<Program & { readonly url: string }> {
  const program = start(['--data', join(directory, 'data'), ...args]);
  const url = await until(() => /listening on (\S+)/.exec(program.stderr())?.[1]);
  return { ...program, url };
}

const reply = z.object({
  result: z
    .object({
      taskId: z.string(),
      status: z.string(),
      inputRequests: z.record(z.string(), z.unknown()).optional(),
      error: z.object({ message: z.string() }).optional(),
      result: z.object({ structuredContent: z.record(z.string(), z.unknown()) }).optional(),
    })
    .optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

interface Params {
  readonly name?: string;
  readonly taskId?: string;
  readonly [key: string]: unknown;
}

async function rpc(url: string, method: string, params: Params) {
  return reply.parse(await post(url, method, params));
}

async function post(url: string, method: string, params: Params): Promise<unknown> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { extensions: { [EXTENSION]: {} }, elicitation: {} },
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method },
      ...{ 'mcp-name': params.name ?? params.taskId ?? '', authorization: 'Bearer alice' },
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
  });
  return response.json();
}

async function effect(url: string, args: Readonly<Record<string, unknown>>): Promise<string> {
  const { result, error } = await rpc(url, 'tools/call', { name: 'effect', ...{ arguments: args } });
  if (result === undefined) throw new Error(`expected a receipt, got ${error?.message}`);
  return result.taskId;
}

const settled = (url: string, taskId: string) =>
  until(async () => {
    const { result, error } = await rpc(url, 'tasks/get', { taskId });
    if (error !== undefined) throw new Error(error.message);
    return result?.status === 'working' ? undefined : result;
  });

/** Tokens of the lines of that phase in the ledger. */
function linesOf(phase: 'begin' | 'commit'): readonly string[] {
  const file = join(directory, 'ledger.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = lines.filter((line) => line.includes(`"phase":"${phase}"`));
  return found.map((line) => z.object({ token: z.string() }).parse(JSON.parse(line)).token).sort();
}

const commits = () => linesOf('commit');

test('killed while it has asked, before and during a task, it takes the answers when it is back', async () => {
  const YES = { action: 'accept', content: { approve: true } };
  const call = { name: 'effect', arguments: { token: 'asked', ms: 100, ask: true, ask_first: true } };
  const first = await serve();
  const asking = z
    .object({ result: z.object({ resultType: z.literal('input_required'), requestState: z.string() }) })
    .parse(await post(first.url, 'tools/call', call));
  await end(first.child, 'SIGKILL');

  const second = await serve();
  const { requestState } = asking.result;
  const retry = { ...call, requestState, inputResponses: { 'approval-before-start': YES } };
  const receipt = await rpc(second.url, 'tools/call', retry);
  const taskId = receipt.result?.taskId ?? '';
  const inputRequired = async (url: string) => {
    const { result } = await rpc(url, 'tasks/get', { taskId });
    return result?.status === 'input_required' ? result.inputRequests : undefined;
  };
  const questions = await until(() => inputRequired(second.url));
  await end(second.child, 'SIGKILL');

  const third = await serve();
  expect(await inputRequired(third.url)).toEqual(questions);
  expect((await rpc(third.url, 'tools/call', retry)).result?.taskId).toBe(taskId); // One state, one task.
  await post(third.url, 'tasks/update', { taskId, inputResponses: { approval: YES } });
  await end(third.child, 'SIGKILL');

  const fourth = await serve();
  expect((await settled(fourth.url, taskId)).result?.structuredContent).toMatchObject({ token: 'asked' });
  expect(commits()).toEqual(['asked']);
});

test('a killed server keeps what it has given a receipt for: runs again what may be, ends the rest honestly', async () => {
  const first = await serve();
  const repeatable = await effect(first.url, { token: 'repeatable', ms: 3_000, idempotency_key: 'k' });
  // It never comes to its end: however late the kill is.
  const plain = await effect(first.url, { token: 'plain', ms: 600_000, mode: 'plain' });
  const done = await effect(first.url, { token: 'done', ms: 0, mode: 'plain' });
  const before = await settled(first.url, done);
  await end(first.child, 'SIGKILL');

  const second = await serve();
  expect(await settled(second.url, done)).toEqual(before);
  expect((await settled(second.url, plain)).error?.message).toMatch(/^interrupted: The server stopped/);
  const again = await effect(second.url, { token: 'repeatable', ms: 3_000, idempotency_key: 'k' });
  expect(again).toBe(repeatable);
  expect((await settled(second.url, repeatable)).result?.structuredContent).toMatchObject({ token: 'repeatable' });
  expect(commits()).toEqual(['done', 'repeatable']);
});

test('work that kills the server is not run again, and costs nobody else anything', async () => {
  const first = await serve();
  const other = await effect(first.url, { token: 'other', ms: 4_000 });
  // The receipt has a second and a half to get out.
  const deadly = await effect(first.url, { token: 'deadly', ms: 1_500, mode: 'exit' });
  expect(await end(first.child)).toBe(86);
  const second = await serve();
  expect((await settled(second.url, deadly)).status).toBe('failed');
  expect((await settled(second.url, other)).status).toBe('completed');
  expect(commits()).toEqual(['other']);
});

test('SIGTERM lets running work finish and ends with 0', async () => {
  const { url, child } = await serve('--drain', '8');
  const task = await effect(url, { token: 'short', ms: 800, mode: 'plain' });
  expect(await end(child, 'SIGTERM')).toBe(0);
  expect(commits()).toEqual(['short']);
  const next = await serve();
  expect((await settled(next.url, task)).status).toBe('completed');
});

test('two processes on one store: what one took the other serves and, when the first is killed, finishes', async () => {
  const first = await serve('--lease', '1000');
  const second = await serve('--lease', '1000');
  const task = await effect(first.url, { token: 'shared', ms: 2_500, idempotency_key: 'k' });
  expect(await effect(second.url, { token: 'shared', ms: 2_500, idempotency_key: 'k' })).toBe(task);
  await end(first.child, 'SIGKILL');
  expect((await settled(second.url, task)).status).toBe('completed');
  expect(commits()).toEqual(['shared']);
});

test('a stopped process that comes back after its work was taken over leaves no second effect', async () => {
  const first = await serve('--lease', '1000', '--max-concurrency', '5');
  // Up before there is work: however long its start takes, the work must not be over by then.
  const second = await serve('--lease', '1000');
  const task = await effect(first.url, { token: 'stopped', ms: 4_000 });
  const plain = await effect(first.url, { token: 'plain', ms: 4_000, mode: 'plain' });
  await until(() => (linesOf('begin').length === 2 ? true : undefined));
  const stopped = { pid: first.child.pid ?? 0, signal: (name: NodeJS.Signals) => first.child.kill(name) };
  await standStill(stopped, join(directory, 'data', 'tasks.db'));
  const outcome = await settled(second.url, task);
  expect(outcome.status).toBe('completed');
  expect((await settled(second.url, plain)).error?.message).toMatch(/^interrupted: The worker/);
  first.child.kill('SIGCONT');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(commits()).toEqual(['stopped']);
  expect(await settled(first.url, task)).toEqual(outcome);
});

test('with stdio the end of the input is the end of the program', async () => {
  const { child, stderr } = start(['--transport', 'stdio', '--store', 'memory']);
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stdin?.write('not json\n');
  await until(() => (stdout.includes('\n') ? true : undefined));
  child.stdin?.end();
  expect(await end(child)).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ jsonrpc: '2.0', error: { code: -32700 } });
  expect(stderr()).toBe('');
});

test.each([
  [['--zzzzzzzz'], /unknown option '--zzzzzzzz'/],
  [['--store', 'sqlit'], /Did you mean 'sqlite'/],
  [['--port', 'high'], /Expected a number/],
  [['--data', '/proc/nothing'], /Cannot open the task store/],
  [['--config', '/nothing.yaml'], /Cannot read the configuration/],
])('bad usage %j is one message and 64', async (args, message) => {
  const { child, stderr } = start(args);
  expect(await end(child)).toBe(64);
  expect(stderr()).toMatch(message);
  expect(stderr().trim().split('\n')).toHaveLength(1);
});

test('a configuration file is read, flags go over it, and its faults are named with their lines', async () => {
  const file = join(directory, 'server.yaml');
  writeFileSync(file, 'transport:\n  path: /here\nstate:\n  directory: kept\npolling:\n  intervalMs: 70\n');
  const program = start(['--config', file, '--path', '/there']);
  const url = await until(() => /listening on (\S+)/.exec(program.stderr())?.[1]);
  expect(new URL(url).pathname).toBe('/there');
  expect(existsSync(join(directory, 'kept', 'tasks.db'))).toBe(true);
  writeFileSync(file, 'server:\n  dialct: handle\n');
  const broken = start(['--config', file]);
  expect(await end(broken.child)).toBe(64);
  expect(broken.stderr()).toContain(`${file}:2: unknown key 'dialct' in server`);
});
