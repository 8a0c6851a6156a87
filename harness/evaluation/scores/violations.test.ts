import { expect, it } from 'vitest';
import { createPrng } from '../../model/prng.ts';
import { rehearse } from '../testing/rehearsal.ts';
import { instanceOf, randomLatencies } from '../testing/toy-world.ts';
import { violationsOf } from './violations.ts';

const INSTANCE = instanceOf(
  [
    [[], [0], [1], [1]],
    [[], [], [0, 1]],
  ],
  'toy/001',
);
const LATENCIES = randomLatencies(createPrng(3), INSTANCE);

async function kindsOf(policy: string): Promise<readonly string[]> {
  const { episode } = await rehearse(policy, INSTANCE, LATENCIES);
  const violations = violationsOf(episode);
  expect(violations.map(({ t }) => t)).toEqual(violations.map(({ t }) => t).toSorted((a, b) => a - b));
  return [...new Set(violations.map(({ kind }) => kind))];
}

it.each([
  ['reference', []],
  ['blocking', []],
  ['round-robin', []],
])('%s does nothing wrong', async (policy, kinds) => {
  expect(await kindsOf(policy)).toEqual(kinds);
});

it.each([
  ['swapper', 'binding'],
  ['eager', 'assumed'],
  ['doubler', 'repeated'],
  ['stubborn', 'repeated'],
  ['amnesiac', 'lost'],
  ['sleeper', 'left-out'],
])('%s is seen to do what it was made for: %s', async (policy, kind) => {
  expect(await kindsOf(policy)).toContain(kind);
});

it('what a crash takes away is not held against the agent', async () => {
  const crash = { phase: 'mid-run', call: 1, keepsIds: false, downMs: 5000 } as const;
  const { episode } = await rehearse('reference', INSTANCE, LATENCIES, { crash });
  expect(episode.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['crash', 'lost']));
  expect(violationsOf(episode).filter(({ kind }) => kind === 'lost')).toEqual([]);
});
