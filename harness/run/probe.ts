import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, createSystemClock } from '../model/clock.ts';
import { linkSignals } from '../model/linked-signal.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import type { LaunchRecipe, Probed, ProbeRequest } from '../targets/target.ts';
import { type Detection, detectDialect } from '../wire/detection.ts';
import { HandshakeError } from '../wire/dialects/adapter.ts';
import { tasks20260728 } from '../wire/dialects/tasks-2026-07-28.ts';
import { createHttpChannel } from '../wire/http-channel.ts';
import { createRequestTags } from '../wire/request-tags.ts';
import { createStdioChannel } from '../wire/stdio-channel.ts';
import type { Stray } from '../wire/stray.ts';
import type { Channel, LineStream } from '../wire/wire.ts';
import { startGuardian } from './guardian.ts';
import { bootFailure, prepareServer, spawnFailure } from './server-place.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** Over HTTP a request may hang while the next one is answered, so it does not get all the time there is. */
const HTTP_REQUEST_MS_MAX = 10_000;
/** The first question has a quarter of the time: some servers say nothing to what they do not know. */
const FIRST_SHARE = 4;
const FIRST_MS_MAX = 2_000;
/** How long a running server (`--url` alone) may take to answer. */
const RUNNING_MS_MAX = 5_000;
const GREET_AGAIN_MS = 50;
// Whoever interrupts does not want to wait for a server that ignores being told to stop.
const INTERRUPTED_STOP_MS = 500;

/** Starts a server once (or reaches a running one), finds out what it speaks and offers, and ends it. Leaves nothing behind. */
export function probeServer(request: ProbeRequest, signal: AbortSignal): Promise<Probed> {
  return visitServer(request, signal, async ({ dialect, handshake: { server, instructions, tools } }) => {
    return { dialect, server, instructions, tools };
  });
}

/** The same, with something asked of the server while it is up, in its folder (null: it is not ours). Throws a UsageError when it gives no good answer to the greeting. */
export async function visitServer<T>(
  request: ProbeRequest,
  signal: AbortSignal,
  ask: (visit: Detection, dir: string | null) => Promise<T>,
): Promise<T> {
  const clock = createSystemClock();
  const { launch, url } = request;
  if (launch === null) {
    if (url === null) throw new Error('a probe needs a launch recipe or a URL');
    const site = { url, server: null, withinMs: RUNNING_MS_MAX, clock, signal };
    await using greeted = await greet(request, site).catch((error: unknown) => {
      signal.throwIfAborted();
      const why = messageOf(error);
      throw new UsageError(`The server at ${url} gave no good answer to initialize or server/discover: ${why}`, {
        cause: error,
      });
    });
    return await ask(greeted.found, null);
  }
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-probe-'));
  const guardian = startGuardian(scratch);
  try {
    const place = await prepareServer({ recipe: launch, scratch, guardian, signal });
    const stderrPath = join(scratch, 'stderr.log');
    const speaksOnPipes = place.url === null;
    const server = await startServerProcess({ launch: place.launch, stderrPath, speaksOnPipes, guardian }).catch(
      (error: unknown) => {
        throw spawnFailure(error, place.launch);
      },
    );
    let garbage: string | null = null;
    const onStray = (stray: Stray) => {
      if (stray.kind === 'garbage') garbage ??= stray.text;
    };
    const site = { url: place.url, server, withinMs: launch.readyMs, clock, signal, onStray };
    try {
      await using greeted = await greet(request, site).catch(async (error: unknown) => {
        signal.throwIfAborted();
        throw await bootFailure({ error, server, stderrPath, launch: place.launch, withinMs: launch.readyMs, garbage });
      });
      return await ask(greeted.found, place.dir);
    } finally {
      await end(server, launch, { clock, withinMs: signal.aborted ? INTERRUPTED_STOP_MS : launch.stop.withinMs });
    }
  } finally {
    await guardian.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Site {
  readonly url: string | null;
  readonly server: ServerProcess | null;
  readonly withinMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onStray?: (stray: Stray) => void;
}

interface Greeted extends AsyncDisposable {
  readonly found: Detection;
}

async function greet(request: ProbeRequest, site: Site): Promise<Greeted> {
  const { clock, signal } = site;
  const deadline = clock.now() + site.withinMs * 1e6;
  const tags = createRequestTags();
  /** What the server said when it last said something. */
  let told: unknown = null;
  for (;;) {
    const leftMs = Math.max(1, (deadline - clock.now()) / 1e6);
    const probeMs = Math.min(FIRST_MS_MAX, leftMs / FIRST_SHARE);
    const requestMs = site.url === null ? leftMs - probeMs : Math.min(HTTP_REQUEST_MS_MAX, leftMs - probeMs);
    // Each connection listens to its signal for ever, and a slow server is greeted often.
    const attempt = linkSignals(signal);
    const context = { tags, limits: { requestMs, blockingMs: requestMs }, signal: attempt.signal };
    const channel = openChannel(request, site);
    const end = async () => {
      attempt[Symbol.dispose]();
      await channel.close();
    };
    try {
      const dialect = request.dialect ?? undefined;
      const { capabilities } = tasks20260728;
      const asked = { channel, conn: 'probe', context, probeMs, capabilities };
      const found = await detectDialect({ ...asked, ...(dialect ? { dialect } : {}) });
      return { found, [Symbol.asyncDispose]: end };
    } catch (error) {
      await end();
      if (isTelling(error)) told = error;
      // A server that is still starting refuses connections; over stdio it simply answers later.
      if (site.server === null || site.url === null || site.server.exit() !== null || clock.now() >= deadline)
        throw told ?? error;
    }
    await clock.sleep(GREET_AGAIN_MS, signal);
  }
}

/** Not that nobody was there yet, and not that the time was over. */
function isTelling(error: unknown): boolean {
  return error instanceof HandshakeError && error.reply?.kind !== 'timeout' && error.reply?.kind !== 'refused';
}

function openChannel(request: ProbeRequest, { url, server, clock, onStray }: Site): Channel {
  if (url !== null) return createHttpChannel({ url, headers: request.headers });
  if (server === null) throw new Error('a stdio server without a process');
  return createStdioChannel({ stream: pipeOf(server), clock, ...(onStray ? { onStray } : {}) });
}

function pipeOf(server: ServerProcess): LineStream {
  return {
    send: server.write,
    onLine: (listener) => {
      server.lines?.on('line', (line) => {
        if (line.trim() !== '') listener(line);
      });
    },
    onClose: (listener) => {
      void server.exited.then(({ code, signal }) => listener(`the server exited (${signal ?? `code ${code}`})`));
    },
  };
}

async function end(
  server: ServerProcess,
  launch: LaunchRecipe,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<void> {
  server.endInput();
  server.signal(launch.stop.signal, 'process');
  const isLate = new AbortController();
  const late = clock.sleep(withinMs, isLate.signal).then(
    () => server.signal('SIGKILL', 'group'),
    // It ended in time.
    () => {},
  );
  await server.exited;
  isLate.abort(new Error('it ended'));
  await late;
  server.signal('SIGKILL', 'group');
}
