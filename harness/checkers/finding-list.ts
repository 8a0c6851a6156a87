import type { CheckerResult } from '../model/checker.ts';
import type { Stamped } from '../model/event.ts';
import type { CallView, Exchange, HistoryIndex } from '../model/history-index.ts';
import type { Finding } from '../model/verdict.ts';

/** A verdict is read by people: beyond this many, the rest is counted and not listed. Counts stay exact. */
export const FINDINGS_MAX = 100;

/** Collects findings up to a limit and says how many more there are. */
export interface FindingList {
  add(invariant: string, message: string, events: readonly number[]): void;
  readonly count: number;
  list(): readonly Finding[];
}

export function createFindingList(): FindingList {
  return new Findings();
}

class Findings implements FindingList {
  readonly #findings: Finding[] = [];
  #count = 0;
  #last = '';

  get count(): number {
    return this.#count;
  }

  add(invariant: string, message: string, events: readonly number[]): void {
    this.#count += 1;
    this.#last = invariant;
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push({ invariant, message, events });
  }

  list(): readonly Finding[] {
    const more = this.#count - this.#findings.length;
    if (more === 0) return this.#findings;
    const rest = `${more} more of this kind are not listed`;
    return [...this.#findings, { invariant: this.#last, message: rest, events: [] }];
  }
}

/** False with its findings, or true. */
export function judged(findings: FindingList, counts: CheckerResult['counts'], warnings?: FindingList): CheckerResult {
  return {
    valid: findings.count === 0,
    counts,
    findings: findings.list(),
    ...(warnings === undefined || warnings.count === 0 ? {} : { warnings: warnings.list() }),
  };
}

/** Nothing happened that the invariant speaks of. */
export function vacuous(reason: string, counts: CheckerResult['counts']): CheckerResult {
  return { valid: 'not-applicable', reason, counts, findings: [] };
}

/** "12.204 s" */
export function second(t: number): string {
  return `${(t / 1e9).toFixed(3)} s`;
}

/** "12.204 s in boot 1" */
export function when(history: HistoryIndex, event: Pick<Stamped<object>, 'seq' | 't'>): string {
  const boot = history.bootAt(event.seq);
  return boot === 0 ? second(event.t) : `${second(event.t)} in boot ${boot}`;
}

/** "call 41 (agent 3)" */
export function who({ planned }: CallView): string {
  return `call ${planned.call} (agent ${planned.agent})`;
}

/** "; its reply was lost by F5#7": what took the answer to a request away, empty when nothing did. */
export function lossOf(history: HistoryIndex, creates: readonly Exchange[]): string {
  const frames = creates.flatMap(({ inv }) => history.framesOf(inv));
  const cut = frames.find(({ dir, action }) => dir === 'in' && action === 'cut');
  if (cut) return `; its reply was lost${by(cut.entries)}`;
  const copy = frames.find(({ dir, action }) => dir === 'out' && action === 'dup');
  if (copy) return `; its request was delivered twice${by(copy.entries)}`;
  return '';
}

function by(entries: readonly string[] | undefined): string {
  return entries === undefined || entries.length === 0 ? '' : ` by ${entries.join(', ')}`;
}

/** One line of a server's own text, short enough for a sentence. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
