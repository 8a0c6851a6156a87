import {
  type CallOutcome,
  type CallRecord,
  CLIENTS_SCHEMA,
  type ClientCell,
  type ClientRow,
  type ClientTable,
} from '../../harness/model/evaluation/client-table.ts';

const CALM: Pick<ClientCell, 'end' | 'refusal' | 'struck' | 'survived' | 'trouble'> = {
  ...{ end: 'ended', refusal: null, struck: null, survived: true, trouble: null },
};

export function sampleCall(call: number, outcome: CallOutcome, changes: Partial<CallRecord> = {}): CallRecord {
  const effects = outcome === 'right' ? 1 : 0;
  return { call, outcome, ms: 1700, words: outcome === 'right' ? null : 'Request timed out', effects, ...changes };
}

export function sampleCell(changes: Partial<ClientCell> = {}): ClientCell {
  const { situation = 'steady', transport = 'stdio' } = changes;
  const directory = `sdk-v1.blocking/${transport}-${situation}`;
  return {
    ...{ situation, transport, timeoutMs: 5000, workMs: 1700, ...CALM },
    calls: [sampleCall(1, 'right'), sampleCall(2, 'right')],
    runs: [{ directory, valid: true, exitCode: 0, violated: [], fates: { 'settled-ok': 2 }, struck: [] }],
    ...changes,
  };
}

export function sampleRow(changes: Partial<ClientRow> = {}): ClientRow {
  return {
    ...{ client: 'sdk-v1', title: 'MCP TypeScript SDK 1.x', package: '@modelcontextprotocol/sdk', version: '1.32.2' },
    ...{ node: '20.20.2', dialect: 'blocking', missing: null },
    behaviour: {
      ...{
        givesUp: [],
        asksForTasks: false,
        polls: null,
        retries: 0,
        cancels: { open: 0, answered: 0 },
        restarts: 0,
        probes: 0,
      },
    },
    silence: [],
    cells: [sampleCell()],
    ...changes,
  };
}

/** Two clients, one of which could not be had. */
export function sampleClientTable(changes: Partial<ClientTable> = {}): ClientTable {
  return {
    schema: CLIENTS_SCHEMA,
    ...{ claimcheck: '0.1.0', startedAt: '2026-01-01T00:00:00.000Z', durationMs: 60_000, interrupted: false },
    ...{ seed: 1, patienceMs: 75_000, timeoutMs: 5000, situations: ['steady', 'lost-receipt'] },
    rows: [
      sampleRow(),
      sampleRow({ client: 'away', title: 'Away', node: null, missing: 'it needs Node 99', cells: [] }),
    ],
    ...changes,
  };
}
