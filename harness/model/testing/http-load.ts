import { type ChildProcess, spawn } from 'node:child_process';
import autocannon from 'autocannon';
import type { Timed } from './benchmark.ts';

/** Somebody else's client of a benchmark: as many connections as a busy server has at least, each with one request at a time. */
export const CONNECTIONS = 10;
const REQUESTS = 1_000;
/** Programs that load a package or two; a busy machine takes seconds for that. */
const READY_MS_MAX = 60_000;

export interface Posted {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A function: each request has a body of its own. */
  readonly body: string | (() => string);
}

export interface PostedOptions {
  /** Requests of one run. Opening the connections is part of it: a fast server needs more of them to show what it can do. */
  readonly requestCount?: number;
  readonly connections?: number;
}

/**
 * The same request again and again, by autocannon: how many a second it gets through, and nothing else of what it says. Throws
 * when one of them was not answered with success.
 */
export function posted({ url, headers, body }: Posted, options: PostedOptions = {}): Timed {
  const { requestCount = REQUESTS, connections = CONNECTIONS } = options;
  const bodies =
    typeof body === 'string'
      ? { body }
      : { requests: [{ setupRequest: (request: object) => ({ ...request, body: body() }) }] };
  return {
    unitCount: requestCount,
    run: () =>
      new Promise<void>((resolve, reject) => {
        const how = { method: 'POST', connections, amount: requestCount, sampleInt: 10 } as const;
        let answered = 0;
        const load = autocannon({ url, headers, ...bodies, ...how }, (error, result) => {
          if (error !== null) reject(error);
          else if (result['2xx'] !== requestCount)
            reject(new Error(`expected ${requestCount} good answers, got ${said(result)}`));
        });
        // It says that it is done when its next sample is due; the last answer is the end.
        load.on('response', () => {
          answered += 1;
          if (answered === requestCount) resolve();
        });
      }),
  };
}

function said(result: { readonly errors: number; readonly timeouts: number; readonly non2xx: number }): string {
  return JSON.stringify({ errors: result.errors, timeouts: result.timeouts, non2xx: result.non2xx });
}

export interface ServerProgram extends AsyncDisposable {
  readonly url: string;
}

/**
 * Runs `serve(kind)` of a module in a process of its own: a server beside its client would be measured with it. `serve` resolves
 * to the URL at which it listens. The process ends with its standard input.
 */
export async function startServerProgram(module: string, kind: string): Promise<ServerProgram> {
  const code = `import(${JSON.stringify(module)}).then(async ({ serve }) => {
    console.log(JSON.stringify(await serve(${JSON.stringify(kind)})));
    process.stdin.resume().once('end', () => process.exit(0));
  })`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await firstLine(child, kind);
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin?.end();
      if (child.exitCode === null) await ended;
    },
  };
}

function firstLine(child: ChildProcess, kind: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const limit = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
    child.once('exit', () => reject(new Error(`the server '${kind}' ended before it listened`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (!text.includes('\n')) return;
      clearTimeout(limit);
      const url: unknown = JSON.parse(text.slice(0, text.indexOf('\n')));
      if (typeof url === 'string') resolve(url);
      else reject(new Error(`expected the URL of the server '${kind}', got ${text}`));
    });
  });
}
