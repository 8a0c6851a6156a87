import { relative } from 'node:path';
import { behaviourOf, type FinishedCell } from '../evaluation/clients/behaviour.ts';
import { SILENCE, SITUATIONS, TIMEOUT_MS, timeoutOf } from '../evaluation/clients/cell.ts';
import { realClients } from '../evaluation/clients/index.ts';
import type { Installation } from '../evaluation/clients/installation.ts';
import type { RealClient } from '../evaluation/clients/real-client.ts';
import type { RunFacts } from '../evaluation/clients/run-facts.ts';
import {
  CLIENTS_SCHEMA,
  type ClientCell,
  type ClientRow,
  type ClientRunRecord,
  type ClientTable,
  type MetDialect,
} from '../model/evaluation/client-table.ts';
import type { ClientRun } from './eval-client-cells.ts';

interface TableFacts {
  readonly installations: ReadonlyMap<string, Installation>;
  readonly patienceMs: number;
  readonly claimcheck: string;
  readonly seed: number;
  /** Absolute: where the table goes. */
  readonly out: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly interrupted: boolean;
}

/** The document of what was played. */
export function tableOf(runs: readonly ClientRun[], facts: TableFacts): ClientTable {
  const { installations, patienceMs, claimcheck, seed, startedAt, durationMs, interrupted } = facts;
  const played = new Set(runs.map(({ cell }) => cell.situation.id));
  return {
    schema: CLIENTS_SCHEMA,
    ...{ claimcheck, startedAt, durationMs, interrupted, seed, patienceMs, timeoutMs: TIMEOUT_MS },
    situations: Object.keys(SITUATIONS).filter((id) => played.has(id)),
    rows: [...installations].flatMap(([id, installation]) => {
      const client = realClients[id];
      return client === undefined ? [] : rowsOf(client, installation, runs, facts);
    }),
  };
}

function rowsOf(
  { meta }: RealClient,
  installation: Installation,
  runs: readonly ClientRun[],
  facts: TableFacts,
): readonly ClientRow[] {
  const own = runs.filter(({ cell }) => cell.client.meta.id === meta.id);
  const isPlayed = (dialect: MetDialect) => own.some(({ cell }) => cell.dialect === dialect);
  return meta.dialects
    .filter((dialect) => !installation.isReady || isPlayed(dialect))
    .map((dialect): ClientRow => {
      const some = own.filter(({ cell }) => cell.dialect === dialect);
      const silent = some.filter(({ cell }) => cell.situation.id === SILENCE.id);
      const loud = some.filter(({ cell }) => cell.situation.id !== SILENCE.id);
      return {
        ...{ client: meta.id, title: meta.title, package: meta.package },
        ...{ version: meta.packages[meta.package] ?? '', dialect },
        node: installation.isReady ? installation.nodeVersion : null,
        missing: installation.isReady ? null : installation.reason,
        behaviour: behaviourOf(some.map(finished), { dialect, patienceMs: facts.patienceMs }),
        silence: silent.map((run) => cellOf(run, facts)),
        cells: loud.map((run) => cellOf(run, facts)),
      };
    });
}

function finished({ cell, outcome, runs }: ClientRun): FinishedCell {
  return { situation: cell.situation.id, transport: cell.transport, outcome, runs };
}

function cellOf({ cell, outcome, runs, trouble }: ClientRun, { out }: TableFacts): ClientCell {
  const { situation, transport } = cell;
  return {
    ...{ situation: situation.id, transport, timeoutMs: timeoutOf(cell), workMs: situation.workMs },
    ...outcome,
    runs: runs.map((run) => recordOf(run, out)),
    trouble,
  };
}

function recordOf({ directory, valid, exitCode, violated, fates, struck }: RunFacts, out: string): ClientRunRecord {
  return { directory: relative(out, directory), valid, exitCode, violated, fates, struck };
}
