import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TrendRun } from '../../reports/render.ts';
import { isRunDirectory, type RunDirectory, runDirectory } from '../model/run-directory.ts';
import { VERDICT_SCHEMA, type Verdict } from '../model/verdict.ts';

/** What a strip has room for. */
const RUNS_MAX = 20;
/** Verdicts that are read to find them; a folder of years must not hold up a run. */
const LOOKED_AT_MAX = 60;
/** A folder with more of them was not made by runs of one scenario. */
const ENTRIES_MAX = 2000;

/**
 * The last runs before this one of the same scenario on the same kind of target, oldest first, as their saved verdicts have them.
 * They are looked for in `folder`; without one, beside the run where runs lie by default (reports/out/<scenario>/). What is
 * damaged or was made by another version is left out: it is a look back, and no evidence.
 */
export function earlierRuns(
  {
    directory,
    verdict,
    fingerprint,
  }: { readonly directory: RunDirectory; readonly verdict: Verdict; readonly fingerprint: unknown },
  folder?: string,
): readonly TrendRun[] {
  const parent = dirname(directory.path);
  const place = folder ?? (basename(parent) === verdict.scenario ? parent : null);
  if (place === null || !existsSync(place)) return [];
  const names = readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (names.length > ENTRIES_MAX) return [];
  const found = names
    .map(({ name }) => runDirectory(join(place, name)))
    .filter(({ path }) => path !== directory.path && isRunDirectory(path))
    .map((other) => ({ other, at: savedAt(other) }))
    .sort((a, b) => b.at - a.at)
    .slice(0, LOOKED_AT_MAX)
    .flatMap(({ other }) => {
      const saved = savedVerdict(other);
      return saved !== null && isAlike(saved, verdict) && saved.startedAt < verdict.startedAt ? [{ other, saved }] : [];
    });
  return found
    .sort((a, b) => (a.saved.startedAt < b.saved.startedAt ? -1 : 1))
    .slice(-RUNS_MAX)
    .map(({ other, saved }) => ({
      ...{ name: basename(other.path), startedAt: saved.startedAt, seed: saved.seed, valid: saved.valid },
      ...{ fates: saved.fates, metrics: saved.metrics },
      isSameMachine: fingerprint !== undefined && fingerprintOf(other) === fingerprint,
    }));
}

/** When a run was judged, ms since the epoch; 0: it never was. */
function savedAt({ verdict }: RunDirectory): number {
  return statSync(verdict, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isAlike(one: Verdict, other: Verdict): boolean {
  const kindOf = ({ scenario, time, target }: Verdict) =>
    JSON.stringify([
      scenario,
      time,
      target.kind,
      target.dialect,
      target.transport,
      target.store,
      target.queue,
      target.load,
    ]);
  return kindOf(one) === kindOf(other);
}

function savedVerdict(directory: RunDirectory): Verdict | null {
  const value: Verdict | null = parsed(directory.verdict);
  return value?.schema === VERDICT_SCHEMA ? value : null;
}

function fingerprintOf(directory: RunDirectory): unknown {
  const value: { readonly fingerprint?: unknown } | null = parsed(directory.environment);
  return value?.fingerprint;
}

function parsed(path: string) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Not there, or cut off: then it is no part of the trend.
    return null;
  }
}
