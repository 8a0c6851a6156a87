import type { AgentWire } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';
import { loadUnit } from '../model/registry.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import { type Adapter, HandshakeError } from './dialects/adapter.ts';
import { asksAnything } from './dialects/elicitation.ts';
import { ADAPTERS } from './dialects/index.ts';
import { createHttpLine, createStdioLine, type LineSource } from './line-source.ts';
import { type Ask, createOperationRunner } from './operation-runner.ts';
import { createPushHub, type PushHub } from './push-hub.ts';
import { setUp } from './setup.ts';

/**
 * Opens one agent's conversation. Throws a HandshakeError when the server does not answer the greeting (over stdio: when no
 * boot has been greeted); after that nothing throws but an aborted signal.
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { context, endpoint, agent } = options;
  const adapter = await loadUnit(ADAPTERS, 'dialect', context.target.dialect);
  const source: LineSource =
    endpoint.kind === 'stdio'
      ? createStdioLine(endpoint.host)
      : await createHttpLine({ context, endpoint, adapter, agent });
  const opened = await source.line();
  if (opened.link === null) throw new HandshakeError('no boot of the server has answered a greeting yet');
  let { handshake } = opened;
  if (options.setsUp === true) {
    try {
      await setUp(opened.link.exchange(), context.target, handshake);
    } catch (error) {
      await source.close();
      throw error;
    }
  }
  const pushes = endpoint.kind === 'stdio' ? endpoint.host.pushes : createPushHub();
  const runner = createOperationRunner(context, adapter, pushes);

  /** A read that lost its session is repeated once in a new one; a create is the agent's to repeat, since it may cost. */
  const run = async (ask: Ask): Promise<Outcome> => {
    ask.signal.throwIfAborted();
    for (let isRepeated = ask.op === 'create'; ; isRepeated = true) {
      // Awaited in either case: who was here first stays first.
      const line = await (source.greeted() ?? source.line());
      if (line.link !== null) handshake = line.handshake;
      const done = await runner.perform(ask, line);
      if (done === null) return unsupported(ask, adapter);
      if (done.aborted) ask.signal.throwIfAborted();
      const isLost = done.outcome.type !== 'ok' && done.outcome.reason === 'session-lost' && line.link !== null;
      if (isLost) line.link.forget(done.sessionId);
      if (!isLost || isRepeated) return done.outcome;
    }
  };

  return {
    wire: createAgentWire({ options, adapter, pushes, run }),
    handshake: () => handshake,
    read(op, call, task, reader) {
      const signal = reader.signal ?? context.signal;
      return run({ op, call, task, reader, signal, timeoutMs: context.limits.requestMs });
    },
    close: () => source.close(),
  };
}

interface WireParts {
  readonly options: ConnectionOptions;
  readonly adapter: Adapter;
  readonly pushes: PushHub;
  run(ask: Ask): Promise<Outcome>;
}

function createAgentWire(parts: WireParts): AgentWire {
  const { options, adapter, run } = parts;
  const { limits, signal } = options.context;
  const reader = { agent: options.agent };
  const { requestMs, blockingMs } = limits;
  // Among job handles it is the target's matter whether one of its tools waits.
  const waits = adapter.hasBlockingResult || (options.context.target.handle?.wait ?? null) !== null;
  return {
    hasBlockingResult: waits,
    getCarriesResult: adapter.getCarriesResult,
    create(call, { attempt, key, intended, timeoutMs, probe }) {
      const create = { attempt, key, intended, probe: probe ?? false };
      const limit = timeoutMs ?? (adapter.createBlocks ? blockingMs : requestMs);
      return run({ op: 'create', call, task: null, reader, signal, timeoutMs: limit, create });
    },
    get: (call, task) => run({ op: 'get', call, task, reader, signal, timeoutMs: requestMs }),
    result: (call, task) =>
      waits
        ? run({ op: 'result', call, task, reader, signal, timeoutMs: blockingMs })
        : run({ op: 'get', call, task, reader, signal, timeoutMs: requestMs }),
    answersBy: asksAnything(options.context.target) ? adapter.answersBy : null,
    update: (call, task, inputs) => run({ op: 'update', call, task, inputs, reader, signal, timeoutMs: requestMs }),
    trespass: (op, call, task) => run({ op, call, task, reader, signal, timeoutMs: requestMs, isTrespass: true }),
    cancel: (call, task) => run({ op: 'cancel', call, task, reader, signal, timeoutMs: requestMs }),
    follow: followOf(parts),
    awaitCallback: callbackOf(parts),
  };
}

/** null: nothing is told unasked here. Over HTTP the notifications of 2025-11-25 have no stream of their own. */
function followOf({ options, adapter, pushes, run }: WireParts): AgentWire['follow'] {
  const { limits } = options.context;
  if (adapter.followsBy === null) return null;
  if (adapter.followsBy === 'notifications' && options.endpoint.kind !== 'stdio') return null;
  return async (call, task, onNews, signal) => {
    const unfollow = pushes.follow(task, onNews);
    try {
      if (adapter.followsBy === 'notifications') await aborted(signal);
      else {
        const reader = { agent: options.agent };
        await run({ op: 'listen', call, task, reader, signal, timeoutMs: limits.blockingMs });
      }
    } catch (error) {
      if (!signal.aborted) throw error; // Its agent needs no more news.
    } finally {
      unfollow();
    }
  };
}

/** null: there is no place for callbacks, or this dialect has no form in which they tell a task. */
function callbackOf({ options, adapter }: WireParts): AgentWire['follow'] {
  const { callbacks } = options.context;
  if (callbacks === undefined || adapter.followsBy === null) return null;
  return async (_call, task, onNews, signal) => {
    const unfollow = callbacks.pushes.follow(task, onNews);
    await aborted(signal);
    unfollow();
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Nothing was sent and nothing is recorded: the dialect has no such operation. */
function unsupported(ask: Ask, adapter: Adapter): Outcome {
  return { type: 'fail', reason: 'refused', message: `${adapter.meta.id} has no ${ask.op}` };
}
