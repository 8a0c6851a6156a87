import { describe, expect, it } from 'vitest';
import { loadScenario } from '../plan/scenario-file.ts';
import { inRealTime, inVirtualTime } from './scenario-plans.ts';

const [STEADY, DAY, JUMP] = ['steady', 'ttl-day', 'clock-jump'].map(loadScenario);

function chosen(names: readonly string[]) {
  const warnings: string[] = [];
  const all = [STEADY, DAY, JUMP].flatMap((scenario) => (scenario ? [scenario] : []));
  const scenarios = all.filter(({ name }) => names.includes('all') || names.includes(name));
  const left = inRealTime(scenarios, names, { warn: (text) => warnings.push(text) });
  return { left: left.map(({ name }) => name), warnings };
}

describe('in real time', () => {
  it('what needs no other time is run', () => {
    expect(chosen(['steady'])).toEqual({ left: ['steady'], warnings: [] });
  });

  it('all scenarios are those that can be, and the others are named with the command that runs them', () => {
    expect(chosen(['all'])).toEqual({
      left: ['steady'],
      warnings: [
        'left out in real time: ttl-day, clock-jump (take hours or another clock); run with: claimcheck simulate ttl-day clock-jump',
      ],
    });
  });

  it('one that was asked for by name is bad usage', () => {
    expect(() => chosen(['steady', 'ttl-day'])).toThrow(
      'ttl-day: takes hours or another clock; in virtual time it is: claimcheck simulate ttl-day',
    );
  });
});

describe('in virtual time', () => {
  const warnings: string[] = [];
  const scenarios = [STEADY, loadScenario('replicas')].flatMap((scenario) => (scenario ? [scenario] : []));
  const left = (names: readonly string[]) =>
    inVirtualTime(scenarios, names, { warn: (text) => warnings.push(text) }).map(({ name }) => name);

  it('what needs several processes is left out of all, and bad usage by name', () => {
    expect(left(['all'])).toEqual(['steady']);
    expect(warnings).toEqual([
      'left out in virtual time: replicas (needs several processes); run with: claimcheck run replicas',
    ]);
    expect(() => left(['steady', 'replicas'])).toThrow(
      'replicas: needs several processes; in real time it is: claimcheck run replicas',
    );
  });
});
