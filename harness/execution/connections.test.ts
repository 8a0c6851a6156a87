import { describe, expect, it } from 'vitest';
import type { AgentWire } from '../model/agent.ts';
import { sampleCall, samplePlan } from '../model/testing/sample-plan.ts';
import type { Connection } from '../wire/connection.ts';
import { createConnections } from './connections.ts';

const CALL = sampleCall(1);

/** Connections that say which they are, and a log of what was done with them. */
function stage() {
  const log: string[] = [];
  const openFor = async (agent: number, opening: number): Promise<Connection> => {
    const name = `a${agent}#${opening}`;
    log.push(`open ${name}`);
    const outcome = async () => ({ type: 'ok', task: name, shape: [] }) as const;
    const wire: AgentWire = {
      hasBlockingResult: opening > 1,
      getCarriesResult: true,
      answersBy: null,
      follow: null,
      awaitCallback: null,
      create: outcome,
      get: outcome,
      result: outcome,
      cancel: outcome,
      update: outcome,
      trespass: outcome,
    };
    return {
      wire,
      handshake: () => ({
        server: { name, version: '1' },
        era: 'modern',
        protocolVersion: '2026-07-28',
        capabilities: {},
        instructions: '',
        tools: new Map(),
        shape: [],
      }),
      read: outcome,
      close: async () => void log.push(`close ${name}`),
    };
  };
  const plan = { ...samplePlan(2), calls: [sampleCall(1), { ...sampleCall(2), agent: 2 }] };
  return { log, connections: createConnections(plan, openFor) };
}

describe('connections', () => {
  it('are one an agent, until one ends under it: then the agent goes on over another', async () => {
    const { log, connections } = stage();
    await connections.open();
    const wire = connections.wireOf(1);
    expect(await wire.get(CALL, 'k')).toMatchObject({ task: 'a1#1' });
    expect(wire.hasBlockingResult).toBe(false);
    expect(await connections.renew(1)).toBe(1);
    expect(await wire.get(CALL, 'k')).toMatchObject({ task: 'a1#2' });
    expect(wire.hasBlockingResult).toBe(true);
    expect(log).toEqual(['open a1#1', 'open a2#1', 'open a1#2', 'close a1#1']);
  });

  it('end for every agent at once', async () => {
    const { log, connections } = stage();
    await connections.open();
    expect(await connections.renew(null)).toBe(2);
    await connections.close();
    expect(log.slice(2).sort()).toEqual([
      'close a1#1',
      'close a1#2',
      'close a2#1',
      'close a2#2',
      'open a1#2',
      'open a2#2',
    ]);
  });
});
