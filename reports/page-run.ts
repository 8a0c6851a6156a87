import { type CheckerVerdict, VERDICT_SCHEMA, type Verdict } from '../harness/model/verdict.ts';

/** What the page of one run carries of it, so that another page can be held against it. */
export interface PageRun {
  readonly name: string;
  readonly verdict: PageVerdict;
}

/** A verdict without its findings, of which there may be thousands. */
export type PageVerdict = Pick<Verdict, 'schema' | 'scenario' | 'seed' | 'target' | 'valid' | 'metrics'> & {
  readonly fates: Readonly<Record<string, number>>;
  readonly checkers: readonly Pick<CheckerVerdict, 'id' | 'title' | 'valid'>[];
};

export function pageRun(name: string, verdict: Verdict): PageRun {
  const { schema, scenario, seed, target, valid, metrics, fates } = verdict;
  const checkers = verdict.checkers.map(({ id, title, valid: state }) => ({ id, title, valid: state }));
  return { name, verdict: { schema, scenario, seed, target, valid, metrics, fates, checkers } };
}

/** Whether a value out of a file is one: its schema says what the rest is like. */
export function isPageRun(value: unknown): value is PageRun {
  return isRecord(value) && typeof value.name === 'string' && isRecord(value.verdict) && isWhole(value.verdict);
}

function isWhole(verdict: Readonly<Record<string, unknown>>): boolean {
  return (
    verdict.schema === VERDICT_SCHEMA &&
    isRecord(verdict.target) &&
    isRecord(verdict.fates) &&
    isRecord(verdict.metrics) &&
    Object.values(verdict.metrics).every(isRecord) &&
    Array.isArray(verdict.checkers) &&
    verdict.checkers.every(isRecord)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
