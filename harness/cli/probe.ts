import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Clock, msOf } from '../model/clock.ts';
import { UsageError } from '../model/usage-error.ts';
import { startGuardian } from '../run/guardian.ts';
import { type ServerProcess, startServerProcess } from '../run/server-process.ts';
import { stderrTail } from '../run/stderr-tail.ts';
import type { Probe, ProbeRequest } from '../targets/index.ts';
import { type Detection, detectDialect } from '../wire/detection.ts';
import { createHttpChannel } from '../wire/http-channel.ts';
import { createRequestTags } from '../wire/request-tags.ts';
import { createStdioChannel } from '../wire/stdio-channel.ts';
import type { Channel, LineStream } from '../wire/wire.ts';

// One question of the greeting; the whole has the time the profile gives a boot.
const REQUEST_MS = 5000;
// A running server at a URL is expected to answer at once.
const URL_MS_MAX = 10_000;
const AGAIN_MS = 50;
const PREPARE_MS_MAX = 120_000;
const TAIL_LINES = 12;

/** Starts a server once, in a scratch folder of its own, to see what it speaks and offers; nothing of it is left behind. */
export function createProbe(options: { readonly clock: Clock; readonly signal: AbortSignal }): Probe {
  return async (request) => {
    const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-probe-'));
    const guardian = startGuardian(scratch);
    try {
      const started = request.launch === null ? null : await start(request.launch, scratch, guardian);
      try {
        const withinMs = request.launch?.readyMs ?? URL_MS_MAX;
        const { dialect, handshake } = await greet({ ...options, request, started, withinMs });
        return { dialect, server: handshake.server, tools: handshake.tools };
      } finally {
        if (started && request.launch) await end(started.server, request.launch.stop, options.clock);
      }
    } finally {
      // The guardian kills what is left of the group, then removes the folder.
      await guardian.close();
      rmSync(scratch, { recursive: true, force: true });
    }
  };
}

interface Started {
  readonly server: ServerProcess;
  readonly url: string | null;
  readonly command: string;
  readonly stderrPath: string;
}

type Recipe = NonNullable<ProbeRequest['launch']>;

async function start(recipe: Recipe, scratch: string, guardian: ReturnType<typeof startGuardian>): Promise<Started> {
  const dir = join(scratch, 'data');
  mkdirSync(dir);
  const place = recipe.instantiate({ dir, port: await freePort() });
  const env = { ...place.env, CLAIMCHECK_LEDGER: join(scratch, 'ledger.jsonl') };
  if (place.prepare !== null) {
    const prepared = await execa(place.prepare, { shell: true, cwd: dir, env, timeout: PREPARE_MS_MAX, reject: false });
    if (prepared.failed) throw new UsageError(`target.prepare failed: ${prepared.shortMessage}\n${prepared.stderr}`);
  }
  const command = [place.file, ...place.args].join(' ');
  const stderrPath = join(scratch, 'stderr.log');
  const launch = { file: place.file, args: place.args, env, cwd: place.cwd };
  const speaksOnPipes = place.url === null;
  const server = await startServerProcess({ launch, stderrPath, speaksOnPipes, guardian }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The server cannot be started: ${why}\n  command: ${command}`, { cause: error });
  });
  return { server, url: place.url, command, stderrPath };
}

interface GreetOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly request: ProbeRequest;
  readonly started: Started | null;
  readonly withinMs: number;
}

/** Over HTTP a fresh server may not listen yet, so it is asked again until its time is over; a pipe is there at once. */
async function greet(options: GreetOptions): Promise<Detection> {
  const { clock, signal, request, started, withinMs } = options;
  const url = started === null ? request.url : started.url;
  const deadline = clock.now() + withinMs * 1_000_000;
  for (;;) {
    const channel = url === null ? pipeChannel(started, clock) : createHttpChannel({ url, headers: request.headers });
    const left = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(msOf(deadline - clock.now()))))]);
    const limits = { requestMs: Math.min(REQUEST_MS, withinMs), blockingMs: REQUEST_MS };
    const context = { tags: createRequestTags(), limits, signal: left };
    try {
      return await detectDialect({
        channel,
        conn: 'probe',
        context,
        ...(request.dialect === null ? {} : { dialect: request.dialect }),
      });
    } catch (error) {
      signal.throwIfAborted();
      const isOver = url === null || clock.now() >= deadline || started?.server.exit() != null;
      if (isOver) throw new UsageError(story(error, options), { cause: error });
    } finally {
      await channel.close();
    }
    await clock.sleep(AGAIN_MS, signal);
  }
}

/** Only an HTTP server may be asked before there is a process. */
function pipeChannel(started: Started | null, clock: Clock): Channel {
  const server = started?.server;
  if (!server?.lines) throw new Error('expected a process with pipes to probe over stdio');
  const { lines } = server;
  const stream: LineStream = {
    send: (line) => server.write(line),
    onLine: (listener) => {
      lines.on('line', (line) => {
        if (line.trim() !== '') listener(line);
      });
    },
    onClose: (listener) => {
      void server.exited.then(({ code, signal }) => listener(`it exited (${signal ?? `code ${code}`})`));
    },
  };
  return createStdioChannel({ stream, clock });
}

/** What happened, with which command, what it said last. */
function story(error: unknown, { started, request, withinMs }: GreetOptions): string {
  const why = error instanceof Error ? error.message : String(error);
  const exit = started?.server.exit() ?? null;
  if (started === null) return `No MCP server answered at ${request.url} within ${withinMs} ms: ${why}`;
  const what =
    exit === null
      ? `did not answer initialize or server/discover within ${withinMs} ms (${why})`
      : `ended before it answered, with ${exit.signal ?? `exit code ${exit.code}`}`;
  const tail = stderrTail(started.stderrPath, TAIL_LINES);
  const said = tail === '' ? '  It wrote nothing to stderr.' : `  Its stderr ends:\n${tail}`;
  return `The server ${what}.\n  command: ${started.command}\n${said}`;
}

/** Asks it to end, as the profile says; a server that does not is killed. */
async function end(server: ServerProcess, stop: Recipe['stop'], clock: Clock): Promise<void> {
  server.endInput();
  if (server.exit() === null) server.signal(stop.signal, 'process');
  const waiting = new AbortController();
  const late = clock.sleep(stop.withinMs, waiting.signal).then(
    () => server.signal('SIGKILL', 'group'),
    // It ended in time.
    () => {},
  );
  await server.exited;
  waiting.abort();
  await late;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const holder = createServer();
    holder.once('error', reject);
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      holder.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
}
