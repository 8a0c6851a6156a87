import { join } from 'node:path';
import Table from 'cli-table3';
import { driftsOf } from '../judge/drift.ts';
import { readSavedRun } from '../judge/judge.ts';
import type { Drift } from '../model/drift.ts';
import { EXIT } from '../model/exit-code.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import type { Scenario } from '../plan/scenario-schema.ts';
import { writeJson } from './json-file.ts';

/** Long enough for a leak that matters within a day to show. */
export const SOAK_MS = 30 * 60_000;
/** A process takes minutes to come to the memory that it then keeps. */
export const SOAK_WARMUP_MS = 180_000;

/**
 * Shorter than any soak: from then on as many tasks go as come, and what a server holds should stay the same. Longer than any agent
 * of a load takes to fetch a result.
 */
const SOAK_TTL_MS = 30_000;

/** The scenario as it can go on for hours: results are not kept for a day, nor the texts of messages for ever. */
export function toSoak(scenario: Scenario): Scenario {
  const { server, record = 'heads' } = scenario;
  return { ...scenario, record, server: { ttlMs: SOAK_TTL_MS, ...server } };
}

/** soak.json: what grew over a run. */
export interface SoakDocument {
  readonly schema: 'claimcheck/soak@1';
  readonly drifts: readonly Drift[];
}

/** Reads the run again, writes soak.json beside it, and says what grew. */
export async function judgeSoak(
  directory: RunDirectory,
): Promise<{ readonly text: string; readonly exitCode: number }> {
  const { plan, history } = await readSavedRun(directory.path);
  const drifts = driftsOf(plan, history);
  const document: SoakDocument = { schema: 'claimcheck/soak@1', drifts };
  writeJson(join(directory.path, 'soak.json'), document);
  const grows = drifts.filter(({ verdict }) => verdict === 'grows').map(({ what }) => what);
  const isUnknown = drifts.length === 0 || drifts.every(({ verdict }) => verdict === 'unknown');
  const word = grows.length > 0 ? `GROWS: ${grows.join(', ')}` : isUnknown ? 'unknown: too few readings' : 'level';
  const exitCode = grows.length > 0 ? EXIT.threshold : isUnknown ? EXIT.unknown : EXIT.valid;
  return { text: `${driftTable(drifts)}\nsoak      ${word}`, exitCode };
}

function driftTable(drifts: readonly Drift[]): string {
  const table = new Table({
    head: ['', 'readings', 'at first', 'at last', 'an hour', '95 % interval', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { what, unit, readings, slope, verdict } of drifts) {
    const text = (value: number) => `${value.toFixed(1)}${unit === '' ? '' : ` ${unit}`}`;
    const cells =
      slope === null
        ? ['–', '–', '–', '–']
        : [
            text(slope.start),
            text(slope.end),
            `${slope.perHour >= 0 ? '+' : ''}${text(slope.perHour)}`,
            `${slope.low.toFixed(1)} to ${slope.high.toFixed(1)}`,
          ];
    table.push([what, String(readings), ...cells, verdict]);
  }
  return table.toString();
}
