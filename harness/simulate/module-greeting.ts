import { VIRTUAL_DEFAULTS } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { UsageError } from '../model/usage-error.ts';
import type { ModuleProbeRequest, ProbedModule } from '../targets/index.ts';
import { detectDialect } from '../wire/detection.ts';
import { HandshakeError } from '../wire/dialects/adapter.ts';
import { createRequestTags } from '../wire/request-tags.ts';
import { createStdioChannel } from '../wire/stdio-channel.ts';
import type { Channel } from '../wire/wire.ts';
import { type Boot, createBoot } from './boot.ts';
import { createDirectChannel } from './direct-channel.ts';
import { faceOf, TRANSPORTS_OF } from './faces/index.ts';
import { createMessageReader } from './message-reader.ts';
import type { ProbeData } from './module-probe.ts';
import { loadModuleServer, type ModuleServer, type StartedModule } from './module-server.ts';
import { openPipe } from './pipe.ts';
import { enterRealm } from './realm.ts';
import type { SimulationContext } from './server-face.ts';
import type { LivingServer } from './site.ts';
import type { VirtualWorld } from './virtual-world.ts';

// Virtual: it costs nothing to be patient.
const REQUEST_MS = 30_000;
const FIRST_QUESTION_MS = 2_000;
const PRINCIPAL = 'claimcheck-agent-1';

/** Makes this thread's platform virtual, starts the module's server in it, greets it and lists its tools. Throws a UsageError. */
export async function greetModule({ request, scratch }: ProbeData): Promise<ProbedModule> {
  const { path } = request.module;
  const realm = enterRealm();
  try {
    const server = await loadModuleServer(path);
    const world = realm.createWorld({ seed: 0, epochMs: VIRTUAL_DEFAULTS.epochMs });
    return await world.run(() => probe({ world, server, request, scratch }));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof HandshakeError) throw new UsageError(`${path} does not answer: ${error.message}`);
    // A server may have a word of its own for a wrong setting; anything else shows where it comes from.
    const isPlain = error instanceof Error && error.name === 'UsageError';
    const why = error instanceof Error ? ((isPlain ? null : error.stack) ?? error.message) : String(error);
    throw new UsageError(`${path} cannot be started: ${why}`, { cause: error });
  } finally {
    realm.leave();
  }
}

interface Site {
  readonly world: VirtualWorld;
  readonly server: ModuleServer;
  readonly request: ModuleProbeRequest;
  readonly scratch: string;
}

async function probe(site: Site): Promise<ProbedModule> {
  const { world, request } = site;
  // Which transport suits it shows only once it is there; it is told which one it will be, so it may have to start again.
  const first = await startIn(site, 1, request.transport ?? 'http');
  const [suited = 'http'] = TRANSPORTS_OF[first.started.shaped.kind];
  const transport = request.transport ?? suited;
  const isSuited = transport === (request.transport ?? 'http');
  if (!isSuited) first.boot.end();
  const { boot, started, died } = isSuited ? first : await startIn(site, 2, transport);
  const face = faceOf(started.shaped, { boot: boot.number, transport, abort: (error) => world.abort(error) });
  const channel = transport === 'http' ? overHttp(site, { boot, face }) : overPipe(world, { boot, face });
  const { signal } = new AbortController();
  const context = { tags: createRequestTags(), limits: { requestMs: REQUEST_MS, blockingMs: REQUEST_MS }, signal };
  const { dialect } = request;
  const detection = detectDialect({
    channel,
    conn: 'probe',
    context,
    probeMs: FIRST_QUESTION_MS,
    ...(dialect === null ? {} : { dialect }),
  });
  const found = await Promise.race([detection, died]);
  const { profile, imitates } = started.exports;
  return {
    dialect: found.dialect,
    server: found.handshake.server,
    instructions: found.handshake.instructions,
    tools: found.handshake.tools,
    transport,
    profile: plain(profile, 'profile', request),
    imitates: plain(imitates, 'imitates', request),
  };
}

interface Greeted {
  readonly boot: Boot;
  readonly started: StartedModule;
  /** Rejects when the server ends by itself. */
  readonly died: Promise<never>;
}

/** One boot of it, which ends the one before. */
function startIn(site: Site, number: number, transport: SimulationContext['transport']): Promise<Greeted> {
  const { world, server, request, scratch } = site;
  return new Promise((resolve, reject) => {
    let die: (error: unknown) => void = reject;
    const died = new Promise<never>((_, fail) => {
      die = (error) => {
        reject(error);
        fail(error);
      };
    });
    died.catch(() => {}); // Whoever waits for it hears of it.
    const boot = createBoot({
      number,
      world,
      draw: createPrng(0).fork(`probe/${number}`),
      onFailure: (_, error) => die(error),
      onExit: (_, code) => die(new UsageError(`${request.module.path}: the server ended with code ${code}.`)),
    });
    const context: SimulationContext = {
      directory: scratch,
      boot: number,
      transport,
      ledger: { path: `${scratch}/ledger.jsonl`, begin: () => {}, commit: () => {} },
      disk: new Map(),
      storage: { before: async () => {}, after: async () => {} },
      options: request.module.options,
    };
    world.schedule(boot, 0, () => {
      server.start(context, world).then((started) => {
        world.schedule(world.harness, 0, () => resolve({ boot, started, died }));
      }, die);
    });
  });
}

function overHttp({ world, request: { headers } }: Site, living: LivingServer): Channel {
  const { Authorization: authorization = PRINCIPAL } = headers;
  const principal = authorization.replace(/^Bearer /, '');
  return createDirectChannel({ world, living, headers, principal, read: createMessageReader() });
}

function overPipe(world: VirtualWorld, living: LivingServer): Channel {
  const pipe = openPipe({ world, living, draw: createPrng(0).fork('probe/pipe'), linkMs: [1, 1] });
  return createStdioChannel({
    stream: { send: (line) => pipe.write(line), onLine: pipe.onLine, onClose: pipe.onClose },
    clock: world.harnessClock,
  });
}

/** An export that is data: it crosses a thread and stands in a plan. */
function plain(value: unknown, name: string, { module }: ModuleProbeRequest): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value);
  if (text === undefined)
    throw new UsageError(`${module.path}: export const ${name}: expected data, as in a JSON file.`);
  return JSON.parse(text);
}
