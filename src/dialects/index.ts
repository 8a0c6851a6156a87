/**
 * How the engine is spoken to.
 * To add one: write `<id>.ts` beside this file, exporting `meta` (its id is the file's name; `sessions`: it opens with
 * initialize) and `create` (a CreateDialect over the engine), add its line below, and give it a test `<id>.test.ts`.
 */
import type { Entry } from '../registry.ts';
import * as blocking from './blocking.ts';
import type { DialectModule } from './dialect.ts';
import * as grace from './grace.ts';
import * as handle from './handle.ts';
import * as tasks20251125 from './tasks-2025-11-25.ts';
import * as tasks20260728 from './tasks-2026-07-28.ts';

export const dialects: Readonly<Record<string, Entry<DialectModule>>> = {
  blocking: line(blocking),
  grace: line(grace),
  handle: line(handle),
  'tasks-2025-11-25': line(tasks20251125),
  'tasks-2026-07-28': line(tasks20260728),
};

function line(dialect: DialectModule): Entry<DialectModule> {
  return { meta: dialect.meta, load: async () => dialect };
}
