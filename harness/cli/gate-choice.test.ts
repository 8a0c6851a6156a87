import { expect, it } from 'vitest';
import { type GateFlags, gateKind, pairedChoice } from './gate-choice.ts';

const both = { baselineServer: 'old', candidateServer: 'new' };

it('the flags say which gate it is', () => {
  expect(gateKind(['run'], { baseline: 'b.json' })).toBe('baseline');
  expect(gateKind([], { paired: true, ...both, profile: 'p.yaml' })).toBe('paired');
  expect(gateKind([], { selfCheck: true, store: 'memory' })).toBe('self-check');
});

it.each<readonly [readonly string[], GateFlags, string]>([
  [[], {}, 'gate needs DIR --baseline FILE-OR-DIR'],
  [[], { baseline: 'b.json' }, 'gate needs DIR --baseline FILE-OR-DIR'],
  [['run'], {}, 'gate needs DIR --baseline FILE-OR-DIR'],
  [[], { paired: true, selfCheck: true }, 'exclude each other'],
  [[], { paired: true, baselineServer: 'x' }, 'needs both'],
  [[], { paired: true, ...both, store: 'memory' }, '--store belongs to --self-check, not to --paired'],
  [[], { paired: true, ...both, server: 'x' }, '--server belongs to --self-check, not to --paired'],
  [['run'], { paired: true, ...both }, 'saved runs belong to gate DIR --baseline, not to --paired'],
  [['run'], { baseline: 'b.json', seed: 3 }, '--seed belongs to --paired and --self-check'],
  [['run'], { baseline: 'b.json', baselineServer: 'x' }, '--baseline-server belongs to --paired'],
  [[], { selfCheck: true, update: true }, '--update belongs to gate DIR --baseline'],
  [[], { selfCheck: true, module: 'm.mjs' }, 'virtual time, where numbers are exact'],
])('%j %j is refused', (paths, flags, why) => {
  expect(() => gateKind(paths, flags)).toThrow(why);
});

it('a profile holds for both servers, and each has its own command', () => {
  const choice = pairedChoice('paired', { paired: true, ...both, profile: 'p.yaml', pairs: 12 });
  expect(choice.servers.baseline).toMatchObject({ profile: 'p.yaml', server: 'old' });
  expect(choice.servers.candidate).toMatchObject({ profile: 'p.yaml', server: 'new' });
  expect(choice).toMatchObject({ scenario: 'paired', pairs: 12, seconds: 120 });
  const check = pairedChoice('self-check', { selfCheck: true, store: 'memory' });
  expect(check.servers.baseline).toEqual(check.servers.candidate);
});
