import type { Plan, PlannedCall } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Connection } from '../wire/connection.ts';
import { HandshakeError } from '../wire/dialects/adapter.ts';
import type { AuditRead } from './audit.ts';

// A server that greeted us once may spoil a greeting now and then; one that spoils three in a row is not there.
const GREETINGS_MAX = 3;

/** One connection an agent, for the length of a run. */
export interface Connections {
  open(): Promise<void>;
  of(agent: number): Connection;
  /** Reads a task as its owner: the state, then the result where only another operation carries it. */
  readonly read: AuditRead;
  serverInfo(): { readonly name: string; readonly version: string } | null;
  close(): Promise<void>;
}

export function createConnections(plan: Plan, openFor: (agent: number) => Promise<Connection>): Connections {
  const connections = new Map<number, Connection>();
  const calls = new Map<number, PlannedCall>(plan.calls.map((call) => [call.call, call]));
  const of = (agent: number): Connection => {
    const connection = connections.get(agent);
    if (!connection) throw new Error(`agent ${agent} has no connection; the plan has agents 1 to ${plan.agents.count}`);
    return connection;
  };
  return {
    async open() {
      const agents = new Set(plan.calls.map((call) => call.agent));
      await Promise.all([...agents].map(async (agent) => connections.set(agent, await openPatiently(agent, openFor))));
    },
    of,
    async read(task) {
      const connection = of(task.agent);
      const call = calls.get(task.call);
      if (!call) throw new Error(`task ${task.task} belongs to call ${task.call}, which is not in the plan`);
      const reader = { agent: 'auditor', as: task.agent } as const;
      const state = await connection.read('get', call, task.task, reader);
      const needsResult = !connection.wire.getCarriesResult && state.type === 'ok' && task.isOver;
      return needsResult ? [state, await connection.read('result', call, task.task, reader)] : [state];
    },
    serverInfo: () => connections.values().next().value?.handshake.server ?? null,
    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
    },
  };
}

/** What came instead of an answer stands in the history: a spoilt greeting is the server's, and the next may be good. */
async function openPatiently(agent: number, openFor: (agent: number) => Promise<Connection>): Promise<Connection> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openFor(agent);
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
      if (attempt < GREETINGS_MAX) continue;
      throw new UsageError(`The server came up and then did not greet agent ${agent}: ${error.message}`, {
        cause: error,
      });
    }
  }
}
