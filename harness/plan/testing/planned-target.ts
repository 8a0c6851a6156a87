import type { DialectId, TransportId } from '../../model/operation.ts';
import type { PlannedTarget, TargetFacts } from '../../model/plan.ts';
import { SAMPLE_FACTS, sampleTarget } from '../../model/testing/sample-plan.ts';

const REFERENCE_FACTS: TargetFacts = {
  ...SAMPLE_FACTS,
  takesMs: 600,
  modes: ['repeatable', 'plain', 'error', 'throw', 'exit', 'burn'],
  tools: [
    'work',
    'generate_report',
    'analyze_code',
    'import_data',
    'search_pipeline',
    'automate_browser',
    'run_workflow',
    'effect',
  ],
  settings: true,
  replicas: 'roles',
};

/** A target as the reference server is described, with what a test changes about it. */
export function plannedTarget(
  options: {
    readonly dialect?: DialectId;
    readonly transport?: TransportId;
    readonly facts?: Partial<TargetFacts>;
  } = {},
): PlannedTarget {
  const { dialect = 'tasks-2026-07-28', transport = 'http', facts = {} } = options;
  return {
    ...sampleTarget({
      ...REFERENCE_FACTS,
      principals: transport === 'http',
      ...facts,
    }),
    dialect,
    transport,
  };
}

/** What is known of a stranger: no key, one duration, nothing to observe, a process of somebody else. */
export const STRANGER: Partial<TargetFacts> = {
  key: false,
  variesDuration: false,
  takesMs: 2000,
  process: false,
  principals: false,
  scope: null,
  effects: 'none',
  echo: false,
  cancel: false,
  failing: false,
  asking: false,
  modes: [],
  tools: ['work'],
  settings: false,
};
