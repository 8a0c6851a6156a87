import { type Situation, situations } from '../checkers/situations.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import type { NotApplicable, Plan } from '../model/plan.ts';
import type { CoverageRow, FaultRow, Validity } from '../model/verdict.ts';

/** One row a situation, by id: how often it was reached, and where first. */
export function coverageOf(plan: Plan, history: HistoryIndex): readonly CoverageRow[] {
  const excluded = new Map(
    plan.notApplicable.filter(({ kind }) => kind === 'situation').map(({ id, reason }) => [id, reason]),
  );
  return Object.values(situations)
    .map((situation) => rowOf(situation, plan, history, excluded.get(situation.meta.id)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function rowOf(
  { meta, applicable, find }: Situation,
  plan: Plan,
  history: HistoryIndex,
  excluded?: string,
): CoverageRow {
  const { id, title } = meta;
  const required = plan.mustReach.includes(id);
  const reason = excluded ?? applicable(plan.target);
  if (reason !== null) return { id, title, required: false, reached: 0, first: null, applicable: false, reason };
  const reached = find({ plan, history });
  const first = reached.length === 0 ? null : reached.reduce((least, seq) => Math.min(least, seq));
  const row = { id, title, required, reached: reached.length, first };
  return required && reached.length === 0 ? { ...row, reason: 'the scenario must reach it and did not' } : row;
}

/** Unknown when a situation that must be reached was not. */
export function coverageValidity(rows: readonly CoverageRow[]): Validity {
  return rows.some(({ required, reached }) => required && reached === 0) ? 'unknown' : true;
}

/** One row a fault code, by code: entries planned and entries that were seen to bite. */
export function faultRowsOf(plan: Plan, history: HistoryIndex): readonly FaultRow[] {
  const verified = new Set(history.faults.filter(({ phase }) => phase === 'verified').map(({ entry }) => entry));
  const rows = new Map<string, { id: string; name: string; planned: number; verified: number }>();
  for (const { fault, name, entry } of plan.faults) {
    const row = rows.get(fault) ?? { id: fault, name, planned: 0, verified: 0 };
    rows.set(fault, row);
    row.planned += 1;
    if (verified.has(entry)) row.verified += 1;
  }
  const excluded = plan.notApplicable
    .filter(({ kind, id }) => kind === 'fault' && !rows.has(codeOf(id)))
    .map(excludedRow);
  const unique = new Map(excluded.map((row) => [row.id, row]));
  return [...rows.values(), ...unique.values()].sort(
    (a, b) => numberOf(a.id) - numberOf(b.id) || (a.id < b.id ? -1 : 1),
  );
}

function excludedRow({ id, name, reason }: NotApplicable): FaultRow {
  return { id: codeOf(id), name: name ?? codeOf(id), planned: 0, verified: 0, applicable: false, reason };
}

/** F12#1 and F12 are one row. */
function codeOf(id: string): string {
  return id.replace(/#.*$/, '');
}

function numberOf(code: string): number {
  return Number(/\d+/.exec(code)?.[0] ?? Number.MAX_SAFE_INTEGER);
}
