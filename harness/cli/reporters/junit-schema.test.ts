import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GATE_SCHEMA, type GateReport } from '../../model/gate-report.ts';
import { gateJunit } from '../gate-text.ts';
import { brokenVerdict, sampleChecker, sampleVerdict } from '../testing/verdict.ts';
import { junitText } from './junit.ts';

const SCHEMA = join(import.meta.dirname, '../testing/junit.xsd');
const hasValidator = spawnSync('xmllint', ['--version']).status === 0;

/** What the validator has against a document; empty: nothing. */
function faultsOf(text: string): string {
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', SCHEMA, '-'], {
    input: text,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stderr;
}

// Everything that XML cannot hold, or only escaped: a server says what it likes.
const VILE = '<&>"\' ]]> \u0000\u0001\u001b[31m \ud800 \udfff \ufffe 🧨 \u2028 é\r\n\tnext line';
const row = { subject: 'steady-1', baseline: 3, candidate: 4, unit: 'polls' };
const gate: GateReport = {
  ...{ schema: GATE_SCHEMA, claimcheck: '0.1.0', kind: 'baseline', outcome: 'regression', exitCode: 3, summary: VILE },
  rows: (['fail', 'stale', 'unknown', 'expected', 'pass', 'reported'] as const).map((status) => ({
    ...row,
    gate: `${status} ${VILE}`,
    status,
    text: VILE,
  })),
};

describe.skipIf(!hasValidator)('JUnit documents (needs xmllint: apt-get install libxml2-utils)', () => {
  it('are what their schema says, whatever a server said', () => {
    const vile = sampleVerdict({
      checkers: [
        sampleChecker({ valid: false, findings: [{ invariant: 'S3', message: VILE, events: [1] }] }),
        sampleChecker({ id: 'other', valid: 'unknown', reason: VILE }),
        sampleChecker({ id: 'third', valid: 'not-applicable', reason: VILE }),
      ],
    });
    const runs = [sampleVerdict(), brokenVerdict(), vile].map((verdict) => ({ directory: 'out/ä b', verdict }));
    expect(faultsOf(junitText(runs))).toBe('');
    expect(faultsOf(gateJunit(gate))).toBe('');
    expect(faultsOf(junitText([]))).toBe('');
  });

  it('are refused when something is wrong with them', () => {
    const text = junitText([{ directory: 'a', verdict: brokenVerdict() }]);
    const broken = [
      text.replace(/ tests="\d+"/, ' tests="many"'),
      text.replace(' type="violation"', ''),
      text.replaceAll('testcase', 'case'),
      text.replace(/ name="S3[^"]*"/, ''),
      text.replace('</testsuites>', ''),
      text.replace(/timestamp="[^"]*"/, 'timestamp="yesterday"'),
    ];
    for (const one of broken) expect(faultsOf(one), one).not.toBe('');
  });

  it('count what they hold', () => {
    for (const text of [junitText([{ directory: 'a', verdict: brokenVerdict() }]), gateJunit(gate)]) {
      const counted = (path: string) =>
        execFileSync('xmllint', ['--xpath', path, '-'], { input: text, encoding: 'utf8' }).trim();
      for (const [name, element] of Object.entries({ tests: 'testcase', failures: 'failure', errors: 'error' })) {
        expect(counted(`string(/testsuites/@${name})`), name).toBe(counted(`count(//${element})`));
      }
    }
  });
});
