import { unknownName } from '../model/usage-error.ts';
import { type ScenarioFault, scenarioSchema } from './scenario-schema.ts';

/** Faults for any scenario, by how hard they are on a server. `--faults NAME`; what a target makes impossible is left out of a plan. */
export interface FaultProfile {
  readonly title: string;
  readonly description: string;
  /** As they stand in a scenario. */
  readonly faults: readonly unknown[];
}

/*
 * To add one: a name, and entries as in a scenario. Shares of the calls rather than counts for messages, so that it fits runs of any size
 * (together well below a half: each call is struck once); counts for processes, since each strike costs a boot.
 */
const GENTLE = [
  { fault: 'F1', probability: 0.2, options: { ms: 10, jitterMs: 30 } },
  { fault: 'F4', probability: 0.02 },
  { fault: 'F5', probability: 0.02 },
  { fault: 'F13', count: 1, on: 'acked', afterShare: [0.2, 0.6] },
] as const;

const STANDARD = [
  { fault: 'F1', probability: 0.3, options: { ms: 20, jitterMs: 50 } },
  { fault: 'F3', probability: 0.05 },
  { fault: 'F4', probability: 0.04 },
  { fault: 'F5', probability: 0.08 },
  { fault: 'F8', probability: 0.05 },
  { fault: 'F8', probability: 0.03, options: { form: 'probe' } },
  { fault: 'F12', count: 1, on: 'acked', afterShare: [0.2, 0.6] },
  { fault: 'F12', count: 1, on: 'commit', hold: true },
  { fault: 'F13', count: 1, on: 'acked', afterShare: [0.2, 0.6] },
  { fault: 'F14', count: 1, on: 'acked', options: { forMs: 800 } },
] as const;

const HOSTILE = [
  { fault: 'F1', probability: 0.5, options: { ms: 30, jitterMs: 100 } },
  { fault: 'F2', probability: 0.03 },
  { fault: 'F3', probability: 0.15 },
  { fault: 'F4', probability: 0.05 },
  { fault: 'F5', probability: 0.08 },
  { fault: 'F6', probability: 0.04 },
  { fault: 'F7', probability: 0.04 },
  { fault: 'F7', probability: 0.02, direction: 'request' },
  { fault: 'F8', probability: 0.05 },
  { fault: 'F8', probability: 0.03, options: { form: 'probe' } },
  { fault: 'F10', count: 1, on: 'acked', options: { forMs: 800 } },
  { fault: 'F11', count: 1, on: 'acked', options: { connections: 100 } },
  { fault: 'F12', count: 2, on: 'acked', afterShare: [0.2, 0.6] },
  { fault: 'F12', count: 1, on: 'commit', hold: true },
  { fault: 'F14', count: 1, on: 'acked', options: { forMs: 1500 } },
  { fault: 'F15', count: 1, on: 'acked', options: { times: 2, aliveMs: 100 } },
  { fault: 'F23', count: 1, on: 'acked', options: { ms: 30_000 } },
  { fault: 'F30', probability: 1, options: { forMs: 1000 } },
] as const;

export const faultProfiles: Readonly<Record<string, FaultProfile>> = {
  gentle: {
    title: 'Gentle',
    description: 'A network with some latency, a message lost now and then, and one restart in good order.',
    faults: GENTLE,
  },
  standard: {
    title: 'Standard',
    description: 'What a month of production brings: lost and doubled messages, two kills, one restart, one pause.',
    faults: STANDARD,
  },
  hostile: {
    title: 'Hostile',
    description:
      'All of it close together, with damaged messages, a crash loop, dead connections and a clock that jumps.',
    faults: HOSTILE,
  },
};

/** What a profile adds to these faults: those of which a scenario has none of its own. A UsageError lists the known profiles. */
export function withProfile(own: readonly ScenarioFault[], name: string): readonly ScenarioFault[] {
  const profile = Object.hasOwn(faultProfiles, name) ? faultProfiles[name] : undefined;
  if (profile === undefined) throw unknownName('fault profile', name, Object.keys(faultProfiles), `--faults ${name}`);
  const codes = new Set(own.map(({ fault }) => fault));
  const entries = scenarioSchema.shape.faults.parse(profile.faults);
  return [...own, ...entries.filter(({ fault }) => !codes.has(fault))];
}
