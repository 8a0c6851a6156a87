import { entry, type Registry } from '../../model/registry.ts';
import type { Adapter } from './adapter.ts';
import { blocking } from './blocking.ts';
import { grace } from './grace.ts';
import { handle } from './handle.ts';
import { tasks20251125 } from './tasks-2025-11-25.ts';
import { tasks20260728 } from './tasks-2026-07-28.ts';

/**
 * Every dialect the harness can speak.
 *
 * To add one: write `harness/wire/dialects/<id>.ts` exporting an `Adapter` whose `meta.id` is the file name, add its id to
 * DIALECT_IDS in harness/model/operation.ts, and add its line here.
 */
export const ADAPTERS: Registry<Adapter> = {
  blocking: entry(blocking),
  grace: entry(grace),
  handle: entry(handle),
  'tasks-2025-11-25': entry(tasks20251125),
  'tasks-2026-07-28': entry(tasks20260728),
};
