/**
 * Real engines for suites. A suite that needs one is written with `describeOn`; where the engine is missing, the suite is left
 * out and its title says how to get it:
 *
 *     describeOn('redis', 'the Redis store', () => {
 *       test('…', async () => {
 *         const connection = await connectionTo('redis'); // ConnectionOptions: shared engine, prefix of its own
 *       });
 *       test('…', async () => {
 *         await using engine = await startEngine('redis'); // one of its own, that it may strike
 *         await engine.kill();
 *         await engine.restart();
 *       });
 *     });
 *
 * `startEngine('redis', 'snapshots')` gives a Redis without an append-only file. All of it ends with the test run.
 */
import { randomBytes } from 'node:crypto';
import { describe, inject } from 'vitest';
import { z } from 'zod';
import { type ConnectionOptions, connectionSchema, type Engine } from '../connection.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly engines: { readonly broker: string; readonly needs: Readonly<Record<string, string>> };
  }
}

/** An engine of one's own; each act resolves when it is seen to be done, `restart` when it answers again. */
export interface TestEngine extends AsyncDisposable {
  readonly url: string;
  /** A prefix of its own at each call. */
  connection(): ConnectionOptions;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** In order. */
  stop(): Promise<void>;
  /** After kill or stop: same port, same data. */
  restart(): Promise<void>;
}

/** '' where the engine is here, else "(needs redis-server: apt-get install redis-server)", as the end of a title. */
export function engineNeeds(engine: Engine): string {
  return inject('engines').needs[engine] ?? '';
}

/** A suite on a real engine. */
export function describeOn(engine: Engine, title: string, suite: () => void): void {
  const needs = engineNeeds(engine);
  if (needs === '') describe(title, suite);
  else describe.skip(`${title} ${needs}`, suite);
}

/** The engine that all suites share, with a prefix of one's own. */
export async function connectionTo(engine: Engine): Promise<ConnectionOptions> {
  const { url } = answerSchema.parse(await ask(`shared/${engine}`));
  return freshConnection(url);
}

/** Another engine, that nobody else uses. `variant`: a name of the engine's own list, see harness/services. */
export async function startEngine(engine: Engine, variant?: string): Promise<TestEngine> {
  const query = variant === undefined ? '' : `?variant=${variant}`;
  const { url, number = 0 } = answerSchema.parse(await ask(`own/${engine}${query}`));
  const act = (name: string) => async () => {
    await ask(`own/${number}/${name}`);
  };
  return {
    url,
    connection: () => freshConnection(url),
    kill: act('kill'),
    pause: act('pause'),
    resume: act('resume'),
    stop: act('stop'),
    restart: act('restart'),
    [Symbol.asyncDispose]: act('end'),
  };
}

const answerSchema = z.object({ url: z.string(), number: z.number().optional() });

async function ask(path: string): Promise<unknown> {
  const response = await fetch(`${inject('engines').broker}/${path}`, { method: 'POST' });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

function freshConnection(url: string): ConnectionOptions {
  return connectionSchema.parse({ url, prefix: `test_${randomBytes(6).toString('hex')}` });
}
