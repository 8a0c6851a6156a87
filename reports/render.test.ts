import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callRatios } from '../harness/gate/call-ratios.ts';
import { indexHistory } from '../harness/model/history-index.ts';
import type { MetricValue } from '../harness/model/metric-value.ts';
import { trend } from '../harness/model/percentile.ts';
import { createHistory, taskOf } from '../harness/model/testing/history-builder.ts';
import { FATES, type Verdict } from '../harness/model/verdict.ts';
import { countsInWords } from './count-words.ts';
import { joinedWindows } from './fault-window.ts';
import { formatMs } from './format.ts';
import { renderReport } from './render.ts';
import type { ReportRun } from './report-run.ts';
import { sections } from './sections/index.ts';
import { HOSTILE } from './testing/hostile-text.ts';
import { sampleRun } from './testing/sample-run.ts';

const SCRIPT = 'console.log("</script>")';

function idsOf(text: string): readonly string[] {
  return [...text.matchAll(/ id="([^"]+)"/g)].map((match) => match[1] ?? '');
}

function linksOf(text: string): readonly string[] {
  return [...text.matchAll(/ href="#([^"]+)"/g)].map((match) => match[1] ?? '');
}

describe('renderReport', () => {
  it.each([
    ['one broken run', [sampleRun()]],
    ['one good run', [sampleRun({ broken: false })]],
    ['two runs', [sampleRun(), sampleRun({ broken: false, store: 'memory' })]],
    ['a run with more calls than rows', [sampleRun({ calls: 500 })]],
  ])('%s: every id stands once and every link leads somewhere', (_name, runs) => {
    const text = renderReport(runs, { script: null });
    const ids = idsOf(text);
    expect(ids.length).toBe(new Set(ids).size);
    expect(linksOf(text).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('lets exactly its own script run, and escapes a closing tag inside it', () => {
    const text = renderReport([sampleRun()], { script: SCRIPT });
    const inlined = /<script>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(inlined).digest('base64');
    expect(inlined).toBe('console.log("<\\/script>")');
    expect(text.replaceAll('&#39;', "'")).toContain(
      `default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-${hash}'`,
    );
  });

  it('says what the scenario wanted of the server and could not have', () => {
    const run = sampleRun();
    const reason = 'this server cannot be set to what a scenario needs';
    const plan = { ...run.plan, notApplicable: [{ kind: 'setting', id: 'ttlMs', reason } as const] };
    expect(renderReport([{ ...run, plan }], { script: null })).toContain(`ttlMs: ${reason}`);
    expect(renderReport([run], { script: null })).not.toContain('Not as the scenario wants it');
  });

  it('without browser code allows no script at all', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(text).not.toContain('script-src');
    expect(text.match(/<script[ >]/g)).toEqual(['<script ']);
  });

  it('holds nothing a server sent as markup', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(text).not.toContain(HOSTILE);
    expect(text).not.toMatch(/<img|<svg onload/);
  });

  it('names the worst first: the violated checks, the rows of the calls they name', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(text).toContain('Not valid');
    const rows = [...text.matchAll(/<li id="call-(\d+)" class="bad"/g)].map((match) => Number(match[1]));
    expect(rows.sort((a, b) => a - b)).toEqual([41, 58, 77]);
    expect(text.indexOf('id="call-41"')).toBeLessThan(text.indexOf('id="call-1"'));
  });

  it('the fates add up to the calls', () => {
    const run = sampleRun();
    const total = FATES.reduce((sum, fate) => sum + (run.verdict.fates[fate] ?? 0), 0);
    expect(total).toBe(run.plan.calls.length);
    expect(renderReport([run], { script: null })).toContain('the rows add up to the calls that were planned');
    const short = { ...run, verdict: { ...run.verdict, fates: { 'settled-ok': 3 } } };
    expect(renderReport([short], { script: null })).toContain('the rows do not add up');
  });

  it('groups the timeline by agent, the one with the worst call first, and counts what each has', () => {
    const text = renderReport([sampleRun({ calls: 500 })], { script: null });
    const agents = [...text.matchAll(/<p class="agent"><b>agent (\d+)<\/b> ([^<]+)<\/p>/g)];
    expect(agents.slice(0, 3).map(([, agent]) => Number(agent))).toEqual([1, 17, 18]);
    expect(agents[1]?.[2]).toMatch(/^25 calls, 1 stuck, \d+ left out$/);
    expect(new Set(agents.map(([, agent]) => agent)).size).toBe(agents.length);
  });

  it('names the calls of each bad fate', () => {
    const text = renderReport([sampleRun()], { script: null });
    const fates = text.slice(text.indexOf('id="fates"'), text.indexOf('id="checks"'));
    expect(fates).toMatch(/<summary>which call<\/summary><p><a href="#call-41">41<\/a> <\/p>/);
  });

  it('draws durations by percentile, and of two runs over each other with ratios of the same calls', () => {
    const runs = [sampleRun({ broken: false }), sampleRun({ broken: false, store: 'memory' })];
    const single = renderReport(runs.slice(0, 1), { script: null });
    expect(single).toContain('aria-label="Durations by percentile"');
    const [run] = runs;
    const ratios = run === undefined ? [] : [{ baseline: 0, candidate: 1, rows: callRatios(run, run) }];
    const text = renderReport(runs, { script: null, ratios });
    const durations = text.slice(text.indexOf('id="durations"'), text.indexOf('id="run-1"'));
    expect(durations.match(/<polyline class="curve/g)?.length).toBe(5 * 2 * 2);
    expect(durations).toContain('1.000 ×');
    expect(durations).toContain('alike');
  });

  it('shows the last runs with this one at the end, and no times of another machine', () => {
    const run = sampleRun({ broken: false });
    const earlier = (day: number, isSameMachine: boolean) => {
      const { seed, fates, metrics } = run.verdict;
      const startedAt = `2025-12-0${day}T00:00:00.000Z`;
      return {
        ...{ name: HOSTILE, startedAt, seed, fates, metrics, isSameMachine },
        valid: day === 2 ? false : (true as const),
      };
    };
    const trend = [earlier(1, false), earlier(2, true), earlier(3, true)];
    const text = renderReport([{ ...run, trend }], { script: null });
    const section = text.slice(text.indexOf('<section id="trend"'), text.indexOf('<section id="server"'));
    expect(section).toContain('Verdicts in order: valid, not valid, valid, valid');
    expect(section.match(/<polyline class="curve/g)).toHaveLength(2);
    expect(section.match(/<polyline class="curve[^>]* points="([^"]*)"/)?.[1]?.split(' ')).toHaveLength(3);
    expect(section).toContain('The times of 1 run from another machine are left out');
    expect(section).not.toContain(HOSTILE);
  });

  it('says how many rows it left out, and keeps those a finding names', () => {
    const text = renderReport([sampleRun({ calls: 500 })], { script: null });
    expect(text).toContain('380 more calls are left out here');
    expect(text).toContain('id="call-77"');
  });

  it('stays under 5 MB with thousands of calls', () => {
    const text = renderReport([sampleRun({ calls: 2000, agents: 100 })], { script: null });
    expect(text.length).toBeLessThan(5_000_000);
  });

  it('stays small however much a server breaks and however often it is asked', () => {
    const run = sampleRun();
    const [finding] = run.verdict.checkers.flatMap(({ findings }) => findings);
    const findings = finding === undefined ? [] : Array.from({ length: 50_000 }, () => finding);
    const checkers = run.verdict.checkers.map((checker) =>
      checker.valid === false ? { ...checker, findings } : checker,
    );
    const text = renderReport([{ ...run, verdict: { ...run.verdict, checkers } }], { script: null });
    expect(text.length).toBeLessThan(5_000_000);
    expect(text).toContain('49,700 more stand in verdict.json');
    const h = createHistory({ calls: 1 });
    h.ok(2, h.create(1, 1), { task: taskOf(1), status: 'working' });
    for (let poll = 1; poll <= 20_000; poll += 1) {
      h.ok(10 * poll + 1, h.get(10 * poll, 1, taskOf(1)), { task: taskOf(1), status: 'working' });
    }
    const history = indexHistory(h.plan, h.history());
    const polled = renderReport([{ ...run, plan: h.plan, history }], { script: null });
    expect(polled.match(/class="poll"/g)?.length).toBeLessThan(700);
    expect(polled).toContain('20000 polls');
  });

  it('draws a run that holds nothing but its head line', () => {
    const run = sampleRun({ calls: 0 });
    const text = renderReport([{ ...run, environment: {}, stderr: [] }], { script: null });
    expect(text).toContain('id="verdict"');
  });
});

describe('what a page says', () => {
  const verdictOf = (run: ReportRun, valid: Verdict['valid']) => ({ ...run, verdict: { ...run.verdict, valid } });

  it('a valid run whose callers went away with nothing does not read as all well', () => {
    const good = sampleRun({ broken: false });
    const verdict = { ...good.verdict, valid: true as const, exitCode: 0, fates: { 'settled-ok': 90, orphaned: 30 } };
    const text = renderReport([{ ...good, verdict }], { script: null });
    expect(text).toContain('No promise was broken, and yet 30 of 120 calls did not end well: 30 orphaned');
  });

  it('the tab of a browser shows the verdict', () => {
    expect(renderReport([verdictOf(sampleRun(), 'unknown')], { script: null })).toContain('<title>Unknown: ');
    expect(renderReport([sampleRun()], { script: null })).toContain('<title>Not valid: ');
  });

  it('a fault is explained where its words are known', () => {
    const faultWords = { F12: { title: 'SIGKILL and restart', description: 'It dies.', colour: '#123456' } };
    const text = renderReport([sampleRun()], { script: null, faultWords });
    expect(text).toContain('SIGKILL and restart (F12, 3 times)');
    expect(text).toContain('style="color:#123456"');
  });

  it('the row of a call tells when the server went and came back', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(text).toMatch(/the server ends: boot 1, by SIGKILL \(F12#1\)/);
    expect(text).toContain('the server is back: boot 2 is ready');
  });

  it('runs side by side show one statistic a row, and no best time where work is missing', () => {
    const runs = [sampleRun({ broken: false }), sampleRun({ broken: false, store: 'memory', calls: 10 })];
    const lag = (count: number, ms: number, censored = 0) =>
      trend(new Array<number>(count).fill(ms), { unit: 'ms', censored });
    const pair = (a: MetricValue, b: MetricValue) =>
      runs.map((run, index) => ({
        ...run,
        verdict: { ...run.verdict, metrics: { 'detection-lag': index === 0 ? a : b } },
      }));
    const words = { 'detection-lag': { title: 'Lag', description: '', better: 'lower' as const } };
    const comparisonOf = (a: MetricValue, b: MetricValue) => {
      const text = renderReport(pair(a, b), { script: null, words });
      return text.slice(text.indexOf('id="comparison"'), text.indexOf('id="run-1"'));
    };
    const short = comparisonOf(lag(100, 500), lag(10, 50, 90));
    expect([short.match(/p50, n/g)?.length, short.match(/p95, n/g), short.includes('class="best"')]).toEqual([
      2,
      null,
      false,
    ]);
    expect(short).toContain('90 never');
    const lossy = pair(lag(100, 500), lag(95, 300));
    const broken = lossy.map((run, index) => (index === 1 ? verdictOf(run, false) : run));
    expect(renderReport(broken, { script: null, words })).not.toContain('class="best"');
    // Too close for single runs; then far enough apart.
    expect(comparisonOf(lag(100, 500), lag(95, 450))).not.toContain('class="best"');
    expect(comparisonOf(lag(100, 500), lag(95, 300))).toContain('class="best"');
  });
});

describe('the words of a page', () => {
  it('counts of checks read as words, subjects first; an unknown name is taken apart', () => {
    expect(countsInWords({ answeredTwice: 1, keys: 120, someNewThing: 2 })).toBe(
      '120 keys, 1 key answered more than once, 2 some new thing',
    );
  });

  it('times keep what they are: nothing that took time reads as 0, whole minutes stay whole', () => {
    expect([0, 0.02, 4.26, 999.6, 120_000, 179_900].map(formatMs)).toEqual([
      '0 ms',
      '< 0.1 ms',
      '4.3 ms',
      '1000 ms',
      '2 min',
      '3 min',
    ]);
  });

  it('windows of one fault that overlap are joined, others stay apart', () => {
    const window = (fault: string, fromT: number, toT: number) => ({
      fault,
      entry: `${fault}#1`,
      name: 'x',
      fromT,
      toT,
    });
    const joined = joinedWindows([window('F1', 5, 9), window('F1', 1, 6), window('F2', 2, 3), window('F1', 20, 21)]);
    expect(joined.map(({ fault, fromT, toT }) => [fault, fromT, toT])).toEqual([
      ['F1', 1, 9],
      ['F2', 2, 3],
      ['F1', 20, 21],
    ]);
  });
});

describe('the sections', () => {
  it('have ids of their own, titles, and show something of a full run', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(new Set(sections.map((section) => section.id)).size).toBe(sections.length);
    // Those of small runs, of loads and of runs that have others before them are drawn by tests of their own.
    const drawn = sections.filter(({ id }) => !['messages', 'load', 'drift', 'trend'].includes(id));
    for (const { id, title } of drawn) expect(text).toContain(`<section id="${id}"><h2>${title}</h2>`);
  });
});
