// The program itself, started as its users start it.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import { dialects } from '../dialects/index.ts';
import { isObject } from '../dialects/json-rpc.ts';
import { TASK_CLIENT_META } from './testing/raw-post.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

async function temporaryDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'claimcheck-faces-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const programArguments = (dialect: string, data: string) => [
  ...[PROGRAM, '--transport', 'stdio', '--dialect', dialect, '--store', 'sqlite', '--data', data],
  ...['--poll-interval', '20', '--log-level', 'debug'],
];

function start(dialect: string, data: string) {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, programArguments(dialect, data));
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async ask(method: string, params: object) {
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`);
      const { value } = await lines.next();
      const message: unknown = JSON.parse(value ?? 'null');
      return isObject(message) && isObject(message.result) ? message.result : {};
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('the SDK v1 client starts the program and completes a task over its pipes', async () => {
  await using directory = await temporaryDirectory();
  const client = new Client({ name: 'somebody-else', version: '1' });
  const args = programArguments('tasks-2025-11-25', directory.path);
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  await client.listTools();
  const call = { name: 'effect', arguments: { token: 'piped', ms: 100, mode: 'repeatable' } };
  const seen: unknown[] = [];
  for await (const message of client.experimental.tasks.callToolStream(call, CallToolResultSchema, { task: {} })) {
    seen.push(message.type === 'result' ? message.result : message.type);
  }
  expect(seen[0]).toBe('taskCreated');
  expect(seen.at(-1)).toMatchObject({ structuredContent: { token: 'piped' } });
  await client.close();
});

test.each(Object.keys(dialects))(
  '%s: every line on stdout is a message, and the end of input ends the program',
  async (dialect) => {
    await using directory = await temporaryDirectory();
    await using program = start(dialect, directory.path);
    const out: string[] = [];
    program.child.stdout.on('data', (chunk) => out.push(String(chunk)));
    const exited = once(program.child, 'exit');
    for (const text of [
      '{',
      '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
      '',
      '{"jsonrpc":"2.0","id":2,"method":"nothing"}',
    ]) {
      program.child.stdin.write(`${text}\n`);
    }
    program.child.stdin.end();
    expect(await exited).toEqual([0, null]);
    const messages = out
      .join('')
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(messages).toHaveLength(3);
    for (const message of messages) expect(message).toMatchObject({ jsonrpc: '2.0' });
  },
);

test('2026-13: a task is in the next process after the first was killed right behind the receipt', async () => {
  await using directory = await temporaryDirectory();
  let taskId: unknown;
  {
    await using first = start('tasks-2026-07-28', directory.path);
    const call = { name: 'effect', arguments: { token: 'kept', ms: 300, mode: 'repeatable' }, _meta: TASK_CLIENT_META };
    const receipt = await first.ask('tools/call', call);
    expect(receipt).toMatchObject({ resultType: 'task', status: 'working' });
    taskId = receipt.taskId;
  }
  await using second = start('tasks-2026-07-28', directory.path);
  await expect
    .poll(() => second.ask('tasks/get', { taskId, _meta: TASK_CLIENT_META }), { timeout: 60_000 })
    .toMatchObject({ status: 'completed', result: { structuredContent: { token: 'kept' } } });
});
