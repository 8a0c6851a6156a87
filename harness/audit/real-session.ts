import type { AuditNote } from '../model/audit.ts';
import type { Clock } from '../model/clock.ts';
import type { ServerProcess } from '../run/server-process.ts';
import { placeLookup } from '../targets/lookup.ts';
import { readPlannedProfile } from '../targets/planned-profile.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import { fillText } from '../wire/placeholder.ts';
import { described } from './answer.ts';
import type { AuditLimits, AuditSession, Principal } from './audit-session.ts';
import { createAuditTools } from './audit-tools.ts';
import { type Greeting, greetings } from './greetings.ts';
import { createHttpLink } from './http-link.ts';
import type { RawLink } from './raw-link.ts';
import type { ServerHost } from './server-host.ts';
import { createStdioLink } from './stdio-link.ts';

/** The server does not answer its greeting any more: nothing further can be seen of it. */
export class ServerGone extends Error {
  override readonly name = 'ServerGone';
}

/** A session with what only the one who runs the probes may do. */
export interface ManagedSession {
  readonly session: AuditSession;
  readonly notes: readonly AuditNote[];
  beginProbe(id: string): void;
  /** Closes what the probe opened; a server that ended meanwhile is noted. */
  endProbe(): Promise<void>;
  close(): Promise<void>;
}

export interface RealSessionOptions {
  readonly target: ResolvedTarget;
  readonly tools: ReadonlyMap<string, ServerTool>;
  /** null: the server is already running. */
  readonly host: ServerHost | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limits: AuditLimits;
  /** Begins every token, so that two audits of one server do not meet. */
  readonly tokenPrefix: string;
}

const GREET_AGAIN_MS = 50;
const READY_MS_RUNNING = 5_000;
// One attempt to be greeted over HTTP: the next may find the server ready.
const GREET_MS_MAX = 5_000;

/** The audited server in real time: processes, sockets, pipes. */
export function createRealSession(options: RealSessionOptions): ManagedSession {
  const { target, host, clock, signal, limits } = options;
  const { dialect, transport, facts } = target.planned;
  const greet: Greeting = greetings[dialect];
  const readyMs = target.launch?.readyMs ?? READY_MS_RUNNING;
  const url = host === null ? target.url : host.url;
  const notes: AuditNote[] = [];
  const standing = new Map<Principal, RawLink>();
  const ofProbe = new Set<RawLink>();
  let probe = 'start';
  let main: ServerProcess | null = null;
  let lastId = 0;
  let lastLink = 0;

  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  const stdioLink = (server: ServerProcess, close: () => Promise<void>): RawLink => {
    lastLink += 1;
    return createStdioLink({ name: `process ${server.pid}`, server, clock, nextId, close });
  };
  const httpLink = (principal: Principal): RawLink => {
    if (url === null) throw new Error('expected a URL for an HTTP server, got none');
    lastLink += 1;
    const name = `client ${lastLink}${principal === 1 ? '' : ' (another principal)'}`;
    return createHttpLink({ name, url, credentials: credentialsOf(target, principal), clock, nextId });
  };
  /** Greets until the server answers; throws ServerGone when it does not. */
  const greeted = async (link: RawLink): Promise<RawLink> => {
    const deadline = clock.now() + readyMs * 1e6;
    for (;;) {
      const leftMs = Math.max(1, (deadline - clock.now()) / 1e6);
      const answer = await greet(link, transport === 'http' ? Math.min(GREET_MS_MAX, leftMs) : leftMs);
      signal.throwIfAborted();
      if (answer.result !== null) return link;
      if (answer.reply !== null || link.isBroken() || clock.now() >= deadline) {
        await link.close();
        throw new ServerGone(`its greeting was answered with: ${described(answer)}`);
      }
      await clock.sleep(GREET_AGAIN_MS, signal);
    }
  };
  const boot = async (): Promise<ServerProcess | null> => {
    if (host === null || (main !== null && main.exit() === null)) return main;
    if (main !== null) noteEnd(main);
    await closeAll(standing.values());
    standing.clear();
    main = await host.start();
    return main;
  };
  const noteEnd = ({ exit }: ServerProcess) => {
    const how = exit();
    notes.push({
      probe,
      kind: 'bad',
      text: `the server ended by itself (${how?.signal ?? `exit code ${how?.code}`}) and was started again`,
      frames: [],
    });
  };
  const session: AuditSession = {
    dialect,
    transport,
    clock,
    signal,
    limits,
    tools: createAuditTools(target, options.tools, options.tokenPrefix),
    wireTarget: target.wireTarget,
    samePrincipal: samePrincipal(target),
    unkillable: host === null ? 'the server was started by somebody else (--url), and is not killed' : null,
    isDurable: facts.durable,
    async link(principal = 1) {
      signal.throwIfAborted();
      const server = await boot();
      const who = transport === 'stdio' ? 1 : principal;
      const known = standing.get(who);
      if (known !== undefined && !known.isBroken()) return known;
      const fresh = transport === 'http' ? httpLink(who) : stdioLink(running(server), async () => undefined);
      const link = await greeted(fresh);
      standing.set(who, link);
      return link;
    },
    async open({ principal = 1, greeted: isGreeted = true } = {}) {
      await session.link();
      let link: RawLink;
      if (transport === 'http' || host === null) link = httpLink(principal);
      else {
        const server = await host.start();
        link = stdioLink(server, () => host.stop(server));
      }
      ofProbe.add(link);
      return isGreeted ? greeted(link) : link;
    },
    async restart() {
      if (host === null || main === null) throw new Error('a server that is not ours cannot be killed');
      await closeAll(ofProbe);
      await closeAll(standing.values());
      await host.kill(main);
      main = null;
      await session.link();
    },
    note: (note) => notes.push({ probe, ...note }),
  };
  const closeAll = async (links: Iterable<RawLink>) => {
    const all = [...links];
    ofProbe.clear();
    await Promise.all(all.map((link) => link.close()));
  };
  /** Nobody waits for an answer any more; what the probe under way still sends fails at once. */
  const onAbort = () => void closeAll([...ofProbe, ...standing.values()]);
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    session,
    notes,
    beginProbe: (id) => {
      probe = id;
    },
    async endProbe() {
      await closeAll(ofProbe);
      if (main === null || main.exit() === null) return;
      noteEnd(main);
      main = null;
    },
    async close() {
      signal.removeEventListener('abort', onAbort);
      await closeAll([...ofProbe, ...standing.values()]);
    },
  };
}

function running(server: ServerProcess | null): ServerProcess {
  if (server === null) throw new Error('a stdio server without a process');
  return server;
}

/** What tells one principal from another; the profile's own principals where it has two. */
function credentialsOf(target: ResolvedTarget, principal: Principal): Readonly<Record<string, string>> {
  const { profile } = readPlannedProfile(target.planned);
  const chosen = profile.target?.principals?.[principal - 1]?.headers;
  if (chosen === undefined) return target.headersFor(principal);
  const look = placeLookup(null);
  return Object.fromEntries(Object.entries(chosen).map(([key, value]) => [key, fillText(value, look)]));
}

function samePrincipal({ planned }: ResolvedTarget): string | null {
  if (planned.transport === 'stdio') return 'over stdio everybody who reaches the process is the same principal';
  const { profile } = readPlannedProfile(planned);
  if ((profile.target?.principals ?? []).length >= 2) return null;
  if (planned.facts.scope !== 'principal')
    return 'the profile says neither `state.scope: principal` nor who two principals are (target.principals)';
  return planned.facts.principals
    ? null
    : 'all requests have the same identity (target.headers); give target.principals';
}
