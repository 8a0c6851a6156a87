/**
 * How the engine is spoken to.
 * To add one: write `<id>.ts` beside this file, exporting `meta` (its id is the file's name; `sessions`: it opens with
 * initialize) and `create` (a CreateDialect over the engine), add its line below, and give it a test `<id>.test.ts`.
 */
import * as blocking from './blocking.ts';
import type { DialectModule } from './dialect.ts';
import * as handle from './handle.ts';
import * as tasks20251125 from './tasks-2025-11-25.ts';
import * as tasks20260728 from './tasks-2026-07-28.ts';

/** One line: what the dialect is, now; its code, when it is chosen. */
export interface DialectEntry {
  readonly meta: DialectModule['meta'];
  load(): Promise<DialectModule>;
}

export const dialects: Readonly<Record<string, DialectEntry>> = {
  blocking: line(blocking),
  handle: line(handle),
  'tasks-2025-11-25': line(tasks20251125),
  'tasks-2026-07-28': line(tasks20260728),
};

function line(dialect: DialectModule): DialectEntry {
  return { meta: dialect.meta, load: async () => dialect };
}
