/**
 * When work is intended to start. Compiled into the plan; a run never asks.
 *
 * To add one: write `<id>.ts` beside this file, exporting one Load whose `meta.id` is the file's name and whose
 * `meta.options` holds every option with its default; add its line below. The contract tests run over it by themselves.
 */
import type { Load } from '../model/load.ts';
import { entry, type Registry } from '../model/registry.ts';
import { closed } from './closed.ts';
import { constantRate } from './constant-rate.ts';
import { partlyOpen } from './partly-open.ts';
import { stages } from './stages.ts';

/** The units themselves, for the compiler, which waits for nothing. */
export const loadUnits: Readonly<Record<string, Load>> = {
  closed,
  'constant-rate': constantRate,
  stages,
  'partly-open': partlyOpen,
};

export const loads: Registry<Load> = Object.fromEntries(
  Object.entries(loadUnits).map(([id, unit]) => [id, entry(unit)]),
);
