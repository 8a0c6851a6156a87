import type { AuditNote } from '../../model/audit.ts';
import type { DialectId, TransportId } from '../../model/operation.ts';
import type { ServerTool } from '../../wire/dialects/adapter.ts';
import type { WireTarget } from '../../wire/wire-target.ts';
import type { AuditSession, Principal } from '../audit-session.ts';
import type { AuditTools, ToolCall, ToolRole } from '../audit-tools.ts';
import { createExchange, type ExchangeCore } from '../exchange.ts';
import { type Greeting, greetings } from '../greetings.ts';
import type { RawLink } from '../raw-link.ts';
import type { ManagedSession } from '../real-session.ts';
import { createSteppedClock, type SteppedClock } from './stepped-clock.ts';

/** A server inside the test: it is handed text as it was sent, and says text. */
export interface ScriptedServer {
  receive(text: string, from: Sender): void;
  /** All its processes are killed and started again; what it does not keep is gone. */
  restart(): void;
}

/** Where a message came from, and how it is answered. */
export interface Sender {
  readonly principal: Principal;
  /** Which connection (HTTP) or process (stdio), counted from 1. */
  readonly connection: number;
  readonly transport: TransportId;
  readonly httpMethod: string;
  /** By lower-case name; over stdio none. */
  readonly headers: Readonly<Record<string, string>>;
  /** HTTP: the status and headers, before anything else. Over stdio it does nothing. */
  head(status: number, headers?: Readonly<Record<string, string>>): void;
  /** One message: a line, an event, or the body. */
  say(text: string): void;
  /** HTTP: nothing more comes. */
  end(): void;
  /** The sender has stopped listening. */
  isGone(): boolean;
}

export interface ScriptedOptions {
  readonly dialect: DialectId;
  readonly transport: TransportId;
  readonly tools: Readonly<Partial<Record<ToolRole, Omit<ToolCall, 'token'>>>>;
  server(clock: SteppedClock): ScriptedServer;
  readonly wireTarget?: WireTarget;
  /** Whether a tool may be a task, by its name. */
  readonly listed?: ReadonlyMap<string, ServerTool>;
  /** Why two principals are one. Default: over HTTP they are two. */
  readonly samePrincipal?: string;
}

const LIMITS = { requestMs: 1_000, workMs: 3_000, quietMs: 100 };

/** A session without processes and sockets, in time that only the session itself passes. */
export function createScriptedSession(options: ScriptedOptions): ManagedSession {
  const { dialect, transport } = options;
  const clock = createSteppedClock();
  const server = options.server(clock);
  const notes: AuditNote[] = [];
  const standing = new Map<Principal, RawLink>();
  const greet: Greeting = greetings[dialect];
  let lastId = 0;
  let lastConnection = 0;
  let probe = 'start';
  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  const connect = (principal: Principal): RawLink => {
    lastConnection += 1;
    return scriptedLink({ connection: lastConnection, principal, transport, clock, nextId, server });
  };
  const greeted = async (link: RawLink) => {
    const { result } = await greet(link, LIMITS.requestMs);
    if (result === null) throw new Error('the scripted server did not answer its greeting');
    return link;
  };
  const session: AuditSession = {
    ...{ dialect, transport, clock, limits: LIMITS, signal: new AbortController().signal },
    tools: scriptedTools(options.tools, options.listed ?? new Map()),
    wireTarget: options.wireTarget ?? NO_TARGET,
    samePrincipal: options.samePrincipal ?? (transport === 'http' ? null : 'everybody is the same'),
    unkillable: null,
    isDurable: true,
    async link(principal = 1) {
      const known = standing.get(principal);
      if (known !== undefined) return known;
      const link = await greeted(connect(principal));
      standing.set(principal, link);
      return link;
    },
    async open({ principal = 1, greeted: isGreeted = true } = {}) {
      const link = connect(principal);
      return isGreeted ? greeted(link) : link;
    },
    async restart() {
      standing.clear();
      server.restart();
    },
    note: (note) => notes.push({ probe, ...note }),
  };
  return {
    session,
    notes,
    beginProbe: (id) => {
      probe = id;
    },
    endProbe: async () => {},
    close: async () => {},
  };
}

interface LinkParts {
  readonly connection: number;
  readonly principal: Principal;
  readonly transport: TransportId;
  readonly clock: SteppedClock;
  readonly nextId: () => number;
  readonly server: ScriptedServer;
}

function scriptedLink({ connection, principal, transport, clock, nextId, server }: LinkParts): RawLink {
  const name = `connection ${connection}`;
  const open = new Set<ExchangeCore>();
  let standing: Readonly<Record<string, string>> = {};
  return {
    name,
    transport,
    nextId,
    setHeaders: (headers) => {
      standing = headers;
    },
    isBroken: () => false,
    open({ text, id, headers = {}, httpMethod = 'POST' }) {
      const core: ExchangeCore = createExchange({ link: name, clock, id, onClose: () => open.delete(core) });
      open.add(core);
      core.sent(text, null);
      const all = Object.entries({ ...standing, ...headers }).flatMap(([key, value]) =>
        value === null ? [] : [[key, value]],
      );
      server.receive(text, {
        ...{ principal, connection, transport, httpMethod },
        headers: transport === 'http' ? Object.fromEntries(all) : {},
        head: (status, more = {}) => {
          if (transport === 'http') core.head(status, more);
        },
        say: (said) => {
          if (transport === 'http') core.arrive(said);
          else hear(open, said);
        },
        end: () => {
          if (transport === 'http') core.end('the response ended');
        },
        isGone: () => !open.has(core),
      });
      return core.exchange;
    },
    close: async () => {},
  };
}

/** Over one pipe a reply belongs to its request, and everything else to whoever listens. */
function hear(open: ReadonlySet<ExchangeCore>, text: string): void {
  const message: unknown = JSON.parse(text);
  const id =
    typeof message === 'object' && message !== null && 'id' in message && !('method' in message) ? message.id : null;
  const owner = id === null ? undefined : [...open].find(({ exchange }) => exchange.id === id);
  for (const core of owner === undefined ? open : [owner]) core.arrive(text);
}

function scriptedTools(tools: ScriptedOptions['tools'], listed: ReadonlyMap<string, ServerTool>): AuditTools {
  let count = 0;
  return {
    listed,
    variesDuration: true,
    call(role, { ms } = {}) {
      const found = tools[role];
      if (found === undefined) return null;
      count += 1;
      const takesMs = ms ?? found.takesMs;
      const token = `token-${count}`;
      return { ...found, token, takesMs, arguments: { ...found.arguments, ms: takesMs, token } };
    },
    missing: (role) => `no tool for ${role}`,
  };
}

const NO_TARGET: WireTarget = {
  dialect: 'tasks-2026-07-28',
  tools: new Map(),
  handle: null,
  echo: null,
  renderArguments: (template) => template,
  ttlMs: null,
};
