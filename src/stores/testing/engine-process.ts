import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { z } from 'zod';
import type { TaskRecord, TaskState } from '../../tasks/task.ts';
import type { EngineCall, EngineOrder } from './engine-order.ts';
import { standStill } from './stand-still.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A program of this folder as one file that plain Node runs; Node 20 runs no TypeScript. */
export interface BundledProgram extends Disposable {
  readonly file: string;
}

export async function bundleProgram(name: string): Promise<BundledProgram> {
  mkdirSync(join(root, 'dist'), { recursive: true });
  // Inside the project, so that packages are found from there.
  const directory = mkdtempSync(join(root, 'dist', '.program-'));
  await build({
    input: join(root, 'src/stores/testing', `${name}.ts`),
    platform: 'node',
    logLevel: 'silent',
    transform: { target: 'es2023' },
    external: (id) => !id.startsWith('@oxc-project/') && !id.startsWith('.') && !isAbsolute(id),
    output: { dir: directory, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
  });
  return {
    file: join(directory, `${name}.mjs`),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A server process; ends with the test. */
export interface EngineProcess extends AsyncDisposable {
  ask(call: EngineCall): Promise<unknown>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP, and not in the middle of a write to its file. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): void;
}

const reply = z.object({ number: z.int(), value: z.unknown().optional(), error: z.string().optional() });
const ANSWER_MS_MAX = 60_000;
const WAIT_MS_MAX = 50_000;

/** Resolves when it takes work. */
export async function startEngineProcess(
  program: BundledProgram,
  order: EngineOrder,
  ledger: string,
): Promise<EngineProcess> {
  const child = fork(program.file, [JSON.stringify(order)], {
    execArgv: [],
    env: { ...process.env, CLAIMCHECK_LEDGER: ledger },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(-4_000);
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastNumber = 0;
  child.on('message', (message) => {
    const { number, value, error } = reply.parse(message);
    const asker = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) asker?.resolve(value);
    else asker?.reject(new Error(error));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the process ended (${code ?? signal}): ${stderr}`));
    waiting.clear();
  });
  const answerTo = (number: number) =>
    new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer within ${ANSWER_MS_MAX} ms: ${stderr}`)),
        ANSWER_MS_MAX,
      );
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          how(value);
        };
      waiting.set(number, { resolve: settle(resolve), reject: settle(reject) });
    });
  await answerTo(-1);
  return {
    ask(call) {
      lastNumber += 1;
      const answer = answerTo(lastNumber);
      child.send({ number: lastNumber, call });
      return answer;
    },
    kill: () => kill(child),
    pause: () =>
      standStill(
        { pid: child.pid ?? 0, signal: (name) => child.kill(name) },
        order.store === 'sqlite' ? join(order.directory, 'tasks.db') : null,
      ),
    resume: () => child.kill('SIGCONT'),
    [Symbol.asyncDispose]: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const states = ['queued', 'running', 'input_required', 'settled', 'cancelled'] as const satisfies readonly TaskState[];
const submitAnswer = z.object({
  kind: z.literal('accepted'),
  isNew: z.boolean(),
  task: z.object({ id: z.string() }),
});
const taskView = z.object({
  id: z.string(),
  state: z.enum(states),
  runs: z.int(),
  fence: z.int(),
  version: z.int(),
  outcome: z.custom<TaskRecord['outcome']>(),
});
export type TaskView = z.output<typeof taskView>;

export interface Work {
  readonly token: string;
  readonly ms: number;
  readonly mode?: 'repeatable' | 'plain';
  readonly tool?: string;
  readonly key?: string;
  readonly ttlMs?: number;
}

/**
 * Submits work of alice's under a key, its token when no other is given, and again when the store failed: on a machine that has
 * too much to do a store gives up what takes too long, and a client comes back. Throws when the work is refused.
 */
export async function submit(
  engine: EngineProcess,
  work: Work,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const { token, ms, mode = 'repeatable', tool = 'effect', key = token, ttlMs = 600_000 } = work;
  const args = { token, ms, mode };
  const request = { principal: 'alice', tool, arguments: args, idempotencyKey: key, maxWaitMs: 600_000, ttlMs };
  const { isNew, task } = submitAnswer.parse(await insistently(() => engine.ask({ do: 'submit', request })));
  return { id: task.id, isNew };
}

export async function look(engine: EngineProcess, id: string): Promise<TaskView | undefined> {
  const found = await insistently(() => engine.ask({ do: 'get', principal: 'alice', id }));
  return found === null ? undefined : taskView.parse(found);
}

/** The task when it has ended. */
export async function ended(engine: EngineProcess, id: string): Promise<TaskView> {
  const wait = () => engine.ask({ do: 'wait', principal: 'alice', id, withinMs: WAIT_MS_MAX });
  return taskView.parse(await insistently(wait));
}

const TRIES = 20;
const PAUSE_MS = 500;

async function insistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
