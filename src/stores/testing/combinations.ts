import { QUEUES } from '../../queues/index.ts';
import type { Engine } from '../connection.ts';
import { STORES } from '../index.ts';

/** A store with a queue, and whether they go together here. */
export interface Combination {
  readonly store: string;
  readonly queue: string;
  readonly engines: readonly Engine[];
  /** Why they are not tried; '' when they are. */
  readonly leftOut: string;
}

/** What each engine is meant to be used with. */
const USUAL: readonly (readonly [store: string, queue: string])[] = [
  ['memory', 'local'],
  ['sqlite', 'local'],
  ['redis', 'bullmq'],
  ['postgres', 'pg-boss'],
  ['dynamodb', 'local'],
];

/** The usual ones are tried with all other tests; a whole table takes minutes and has a command of its own. */
export function isUsual(row: Combination): boolean {
  return USUAL.some(([store, queue]) => row.store === store && row.queue === queue);
}

/** Every store with every queue. `needs`: what is missing for an engine, '' when nothing is. */
export function combinations(needs: (engine: Engine) => string): readonly Combination[] {
  return Object.values(STORES).flatMap(({ meta: store }) =>
    Object.values(QUEUES).map(({ meta: queue }) => {
      const engines = [...new Set([store.engine, queue.engine])].filter((engine) => engine !== undefined);
      const missing = engines.map(needs).filter((reason) => reason !== '');
      const isPointless = queue.engine !== undefined && !store.durable;
      const leftOut = isPointless ? 'no other process can read what this one keeps in its memory' : missing.join(' ');
      return { store: store.id, queue: queue.id, engines, leftOut };
    }),
  );
}

/** One row a store, one column a queue. */
export function combinationTable(rows: readonly Combination[], tested: ReadonlyMap<Combination, string>): string {
  const queues = [...new Set(rows.map(({ queue }) => queue))];
  const stores = [...new Set(rows.map(({ store }) => store))];
  const cell = (store: string, queue: string) => {
    const row = rows.find((one) => one.store === store && one.queue === queue);
    if (row === undefined) return '';
    return row.leftOut === '' ? (tested.get(row) ?? 'not run') : '-';
  };
  const lines = [['store', ...queues], ...stores.map((store) => [store, ...queues.map((queue) => cell(store, queue))])];
  const widths = ['store', ...queues].map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) =>
    line
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const leftOut = rows
    .filter(({ leftOut: reason }) => reason !== '')
    .map(({ store, queue, leftOut: reason }) => `left out: ${store} with ${queue}: ${reason}`);
  return [...table, ...leftOut].join('\n');
}
