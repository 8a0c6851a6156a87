import { describe, expect, it } from 'vitest';
import { faultUnits } from '../faults/index.ts';
import { faultProfiles, withProfile } from './fault-profile.ts';
import { applyOverrides } from './override.ts';
import { loadScenario } from './scenario-file.ts';

describe('fault profiles', () => {
  it.each(Object.keys(faultProfiles))(
    '%s is made of known faults with known options, each a share that leaves most calls alone',
    (name) => {
      const entries = withProfile([], name);
      expect(entries.length).toBeGreaterThan(0);
      for (const { fault, options } of entries) {
        expect(Object.keys(faultUnits[fault]?.meta.options ?? {})).toEqual(
          expect.arrayContaining(Object.keys(options)),
        );
      }
      const shares = entries.filter(({ fault }) => faultUnits[fault]?.meta.triggers[0] === 'message');
      expect(shares.reduce((sum, { probability = 0 }) => sum + probability, 0)).toBeLessThan(0.5);
    },
  );

  it('are each harder than the one before', () => {
    const kinds = Object.keys(faultProfiles).map(
      (name) => new Set(withProfile([], name).map(({ fault }) => fault)).size,
    );
    expect(kinds).toEqual([...kinds].sort((a, b) => a - b));
  });

  it('leave alone what a scenario has of its own, and the command line has the last word', () => {
    const lost = loadScenario('lost-receipt');
    const hard = applyOverrides(lost, { faultProfile: 'hostile', faults: ['F12=0'] });
    const codesOf = (code: string) => hard.faults.filter(({ fault }) => fault === code);
    expect(codesOf('F5')).toEqual(lost.faults.filter(({ fault }) => fault === 'F5'));
    expect(codesOf('F12')).toEqual([]);
    expect(codesOf('F15')).toHaveLength(1);
  });

  it('are called by their names', () => {
    expect(() => withProfile([], 'rude')).toThrow(
      "Unknown fault profile 'rude' in --faults rude; known: gentle, hostile, standard.",
    );
  });
});
