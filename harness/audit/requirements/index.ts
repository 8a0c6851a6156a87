/**
 * The numbered requirements, by dialect. To add one: write `<name>.ts` beside this file with its entries, each one sentence of
 * our own, and add it here; every requirement that a server can show needs a probe (harness/audit/probes).
 */
import type { DialectId } from '../../model/operation.ts';
import type { Requirement } from '../requirement.ts';
import { handleRequirements } from './handle.ts';
import { legacyRequirements } from './legacy.ts';
import { modernRequirements } from './modern.ts';

/** Which requirements hold for a server of this dialect. A dialect that is not here has none. */
export const REQUIREMENTS: Readonly<Partial<Record<DialectId, readonly Requirement[]>>> = {
  handle: handleRequirements,
  'tasks-2025-11-25': legacyRequirements,
  'tasks-2026-07-28': modernRequirements,
  grace: modernRequirements,
};
