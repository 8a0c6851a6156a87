import type { DialectId } from '../model/operation.ts';
import { loadUnit } from '../model/registry.ts';
import type { WireContext } from './connection.ts';
import { type Exchange, type Handshake, HandshakeError } from './dialects/adapter.ts';
import { refusesInitialize } from './dialects/blocking.ts';
import { ADAPTERS } from './dialects/index.ts';
import { TASKS_EXTENSION } from './envelope.ts';
import { describeReply, finishModern, greetLegacy, greetModern } from './handshake.ts';
import { isObject, type JsonObject } from './json-rpc.ts';
import { createRpcLink } from './rpc-link.ts';
import type { Channel } from './wire.ts';

/** Some servers say nothing at all to a method they do not know before initialize, so the first question has a short limit. */
const PROBE_MS = 2_000;

export interface DetectionOptions {
  /** The caller closes it. */
  readonly channel: Channel;
  readonly conn: string;
  readonly context: Pick<WireContext, 'tags' | 'limits' | 'signal'>;
  /** Greet in this dialect and look no further. */
  readonly dialect?: DialectId;
  readonly probeMs?: number;
  /** What the client says it can do, in the modern era; default: nothing. */
  readonly capabilities?: JsonObject;
}

export interface Detection {
  readonly dialect: DialectId;
  readonly handshake: Handshake;
  /** For requests of one's own on the same conversation. */
  readonly exchange: Exchange;
}

/**
 * Greets a server and says which dialect it speaks. A job handle looks like any other tools, so it is never guessed: it
 * needs a profile. Throws a HandshakeError when the server answers neither server/discover nor initialize.
 * Source: MCP 2026-07-28 basic/versioning, detection of the era.
 */
export async function detectDialect(options: DetectionOptions): Promise<Detection> {
  const { channel, conn, context, dialect, probeMs = PROBE_MS, capabilities = {} } = options;
  const link = createRpcLink({ conn, channel, context, agent: null, capabilities });
  const exchange = link.exchange();
  if (dialect !== undefined) {
    const adapter = await loadUnit(ADAPTERS, 'dialect', dialect);
    return { dialect, handshake: await adapter.handshake(exchange, {}), exchange };
  }
  const handshake = await greetAny(exchange, probeMs);
  return { dialect: dialectOf(handshake), handshake, exchange };
}

/** What the capabilities promise; the 2026-07-28 extension goes before 2025-11-25 tasks. */
function dialectOf(handshake: Handshake): DialectId {
  const { capabilities, era, tools } = handshake;
  if (era === 'modern') {
    const { extensions } = capabilities;
    return isObject(extensions) && TASKS_EXTENSION in extensions ? 'tasks-2026-07-28' : 'blocking';
  }
  const hasTaskTool = [...tools.values()].some((tool) => tool.taskSupport !== 'forbidden');
  return hasTaskTool && declaresTaskCalls(capabilities.tasks) ? 'tasks-2025-11-25' : 'blocking';
}

async function greetAny(exchange: Exchange, probeMs: number): Promise<Handshake> {
  const probe = await exchange.request('server/discover', {}, { modern: true, timeoutMs: probeMs });
  if (probe.kind === 'answered' && isObject(probe.message.result)) {
    return finishModern(exchange, probe.message.result);
  }
  if (probe.kind === 'refused' || probe.kind === 'eof' || probe.kind === 'reset') {
    throw new HandshakeError(`server/discover was not answered: ${describeReply(probe)}`, probe);
  }
  try {
    return await greetLegacy(exchange, {});
  } catch (error) {
    // A modern server that was merely slow to start refuses initialize; now it has all the time a request may take.
    if (error instanceof HandshakeError && refusesInitialize(error.reply)) return greetModern(exchange);
    throw error;
  }
}

/** capabilities.tasks.requests.tools.call, as 2025-11-25 nests it. */
function declaresTaskCalls(tasks: unknown): boolean {
  const requests = isObject(tasks) ? tasks.requests : undefined;
  const tools = isObject(requests) ? requests.tools : undefined;
  return isObject(tools) && isObject(tools.call);
}
