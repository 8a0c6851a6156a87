import type { AgentWire } from '../model/agent.ts';
import type { Plan, PlannedCall } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Connection } from '../wire/connection.ts';
import { HandshakeError } from '../wire/dialects/adapter.ts';
import type { AuditRead } from './audit.ts';

// A server that greeted us once may spoil a greeting now and then; one that spoils three in a row is not there.
const GREETINGS_MAX = 3;

/** One connection an agent at a time, for the length of a run. */
export interface Connections {
  open(): Promise<void>;
  of(agent: number): Connection;
  /** Speaks over whatever connection the agent has at the moment. */
  wireOf(agent: number): AgentWire;
  /** Opens a new connection for the agent (null: for every agent) and ends the old one, with all that is open on it. */
  renew(agent: number | null): Promise<number>;
  /** Reads a task as its owner: the state, then the result where only another operation carries it. */
  readonly read: AuditRead;
  serverInfo(): { readonly name: string; readonly version: string } | null;
  close(): Promise<void>;
}

/** `opening`: 1 for an agent's first connection, 2 for the one after it … */
export type OpenFor = (agent: number, opening: number) => Promise<Connection>;

export function createConnections(plan: Plan, openFor: OpenFor): Connections {
  const connections = new Map<number, Connection>();
  const openings = new Map<number, number>();
  const calls = new Map<number, PlannedCall>(plan.calls.map((call) => [call.call, call]));
  const of = (agent: number): Connection => {
    const connection = connections.get(agent);
    if (!connection) throw new Error(`agent ${agent} has no connection; the plan has agents 1 to ${plan.agents.count}`);
    return connection;
  };
  const openOne = async (agent: number) => {
    const opening = (openings.get(agent) ?? 0) + 1;
    openings.set(agent, opening);
    const opened = await openPatiently(agent, () => openFor(agent, opening));
    const old = connections.get(agent);
    connections.set(agent, opened);
    await old?.close();
  };
  return {
    async open() {
      await Promise.all([...new Set(plan.calls.map((call) => call.agent))].map(openOne));
    },
    of,
    wireOf: (agent) => new FollowingWire(() => of(agent).wire),
    async renew(agent) {
      const agents = agent === null ? [...connections.keys()] : [agent];
      await Promise.all(agents.map(openOne));
      return agents.length;
    },
    async read(task) {
      const connection = of(task.agent);
      const call = calls.get(task.call);
      if (!call) throw new Error(`task ${task.task} belongs to call ${task.call}, which is not in the plan`);
      const reader = { agent: 'auditor', as: task.agent } as const;
      const state = await connection.read('get', call, task.task, reader);
      const needsResult = !connection.wire.getCarriesResult && state.type === 'ok' && task.isOver;
      return needsResult ? [state, await connection.read('result', call, task.task, reader)] : [state];
    },
    serverInfo: () => connections.values().next().value?.handshake().server ?? null,
    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
    },
  };
}

/** What came instead of an answer stands in the history: a spoilt greeting is the server's, and the next may be good. */
async function openPatiently(agent: number, open: () => Promise<Connection>): Promise<Connection> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
      if (attempt < GREETINGS_MAX) continue;
      throw new UsageError(`The server came up and then did not greet agent ${agent}: ${error.message}`, {
        cause: error,
      });
    }
  }
}

class FollowingWire implements AgentWire {
  readonly #current: () => AgentWire;

  constructor(current: () => AgentWire) {
    this.#current = current;
  }

  get hasBlockingResult(): boolean {
    return this.#current().hasBlockingResult;
  }

  get getCarriesResult(): boolean {
    return this.#current().getCarriesResult;
  }

  get answersBy(): AgentWire['answersBy'] {
    return this.#current().answersBy;
  }

  get awaitCallback(): AgentWire['awaitCallback'] {
    return this.#current().awaitCallback;
  }

  get follow(): AgentWire['follow'] {
    return this.#current().follow;
  }

  create(...args: Parameters<AgentWire['create']>): ReturnType<AgentWire['create']> {
    return this.#current().create(...args);
  }

  get(...args: Parameters<AgentWire['get']>): ReturnType<AgentWire['get']> {
    return this.#current().get(...args);
  }

  result(...args: Parameters<AgentWire['result']>): ReturnType<AgentWire['result']> {
    return this.#current().result(...args);
  }

  cancel(...args: Parameters<AgentWire['cancel']>): ReturnType<AgentWire['cancel']> {
    return this.#current().cancel(...args);
  }

  update(...args: Parameters<AgentWire['update']>): ReturnType<AgentWire['update']> {
    return this.#current().update(...args);
  }

  trespass(...args: Parameters<AgentWire['trespass']>): ReturnType<AgentWire['trespass']> {
    return this.#current().trespass(...args);
  }
}
