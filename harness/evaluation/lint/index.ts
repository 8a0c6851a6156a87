/**
 * What is asked of the descriptions of asynchronous tools. To add one: write `<name>.ts` beside this file, exporting a
 * LintRule whose `meta.name` is the file's name; add it here under its id; show in lint.test.ts a description that satisfies it,
 * one that does not, and that its own example fills the gap.
 */
import { entry, type Registry } from '../../model/registry.ts';
import type { LintRule } from './lint-rule.ts';
import { unsaidFailures } from './unsaid-failures.ts';
import { unsaidPace } from './unsaid-pace.ts';
import { unsaidPartners } from './unsaid-partners.ts';
import { unsaidRepeats } from './unsaid-repeats.ts';
import { unsaidReturns } from './unsaid-returns.ts';
import { unsaidStates } from './unsaid-states.ts';

export const lintRules: Registry<LintRule> = {
  T1: entry(unsaidReturns),
  T2: entry(unsaidStates),
  T3: entry(unsaidRepeats),
  T4: entry(unsaidFailures),
  T5: entry(unsaidPartners),
  T6: entry(unsaidPace),
};
