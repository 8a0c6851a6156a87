import { expect, it } from 'vitest';
import { brokenVerdict, sampleChecker, sampleVerdict } from '../testing/verdict.ts';
import { annotations, summaryText } from './github.ts';
import { junitText } from './junit.ts';

const good = { directory: 'a', verdict: sampleVerdict() };
const bad = { directory: 'b', verdict: brokenVerdict() };

it('JUnit counts violations and missed thresholds as failures and what is unknown as errors, never as passes', () => {
  const text = junitText([good, bad]);
  expect(text).toMatch(/<testsuite name="tour, seed 7"[^>]* tests="1"[^>]* failures="0"[^>]* errors="0"/);
  expect(text).toMatch(/<testsuite name="tour, seed 7"[^>]* tests="4"[^>]* failures="2"[^>]* errors="2"/);
  expect(text).toContain('call 41 committed twice &lt;&amp;>');
});

it('JUnit skips what does not apply, and says why', () => {
  const verdict = sampleVerdict({
    thresholds: [{ expression: 'lost == 0', valid: 'unknown', value: null, applicable: false, reason: 'no process' }],
  });
  const text = junitText([{ directory: 'a', verdict }]);
  expect(text).toMatch(/tests="2"[^>]* skipped="1"/);
  expect(text).toMatch(/<skipped\/>\s*<system-out>\s*(<!\[CDATA\[)?no process/);
});

it('GitHub annotations come worst first, escaped, and no more than are shown', () => {
  expect(annotations([good, bad])).toEqual([
    '::error title=tour%3A S3::call 41 committed twice <&> (and 1 more)',
    '::error title=tour%3A threshold missed::lost == 0; it was 2',
    '::warning title=tour%3A wrong-results is unknown::no result',
  ]);
  expect(annotations(Array.from({ length: 9 }, () => bad)).length).toBe(19);
});

it('the job summary has a row for every run and reasons for those that are not valid', () => {
  expect(summaryText([good, bad])).toBe(`## Claimcheck

| scenario | verdict | calls | took | seed |
|---|---|---:|---:|---:|
| tour | valid | 60 | 31.2 s | 7 |
| tour | VIOLATED | 60 | 31.2 s | 7 |

### tour

\`\`\`text
violated  S3: Work was done twice
first     S3: call 41 committed twice <&> (events 1201, 1377)
threshold lost == 0: missed, it was 2
unknown   S8: Wrong results (no result)
unknown   the situation 'kill-mid-work' was not reached
claimcheck replay reports/out/tour/x
\`\`\`
`);
});

it('what a server said does not end the block it stands in', () => {
  const finding = { invariant: 'S3', message: 'it said ```` and more', events: [1] };
  const verdict = { ...brokenVerdict(), checkers: [sampleChecker({ valid: false, findings: [finding] })] };
  expect(summaryText([{ directory: 'c', verdict }])).toMatch(/\n`{5}text\n.*\n`{5}\n$/s);
});
