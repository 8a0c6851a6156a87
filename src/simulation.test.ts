import { expect, test } from 'vitest';
import type { RequestContext } from './server.ts';
import { createServer, type Simulation } from './simulation.ts';

const ASKABLE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {
    ...{ elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } },
  },
};

const context: RequestContext = {
  ...{ principal: 'alice', transport: 'http', session: { id: '' }, notify: () => {} },
  signal: new AbortController().signal,
};

const CALL = { name: 'effect', arguments: { token: 't', ms: 0, ask_first: true }, _meta: ASKABLE };

const simulationOf = (disk: Map<string, unknown>, boot: number, store: string): Simulation => ({
  ...{ directory: 'unused', boot, disk, options: { store } },
  ledger: { begin: () => {}, commit: () => {} },
  storage: { before: async () => {}, after: async () => {} },
});

async function resultOf(simulation: Simulation, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  const server = await createServer(simulation);
  const answer = await server.handle({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, context);
  await server.stop();
  return answer;
}

test.each([
  ['modelled', { result: { resultType: 'task' } }],
  ['memory', { error: { code: -32602, data: { state: 'not-ours' } } }],
])('a state that a boot signed counts in the next one when its store is durable (%s)', async (store, expected) => {
  const disk = new Map<string, unknown>();
  const asking = await resultOf(simulationOf(disk, 1, store), CALL);
  expect(asking).toMatchObject({ result: { resultType: 'input_required', requestState: expect.any(String) } });
  const { requestState } = Object(Object(asking).result);
  const accept = { action: 'accept', content: { approve: true } };
  const retry = { ...CALL, requestState, inputResponses: { 'approval-before-start': accept } };
  expect(await resultOf(simulationOf(disk, 2, store), retry)).toMatchObject(expected);
});
