import { describe, expect, it } from 'vitest';
import { callSamples } from '../harness/judge/call-samples.ts';
import { driftsOf } from '../harness/judge/drift.ts';
import { judgeIndex } from '../harness/judge/judge.ts';
import type { CapacityDocument } from '../harness/model/capacity.ts';
import type { GeneratorsDocument } from '../harness/model/generators.ts';
import { indexHistory } from '../harness/model/history-index.ts';
import { LOAD_START, RESOURCES } from '../harness/model/load.ts';
import { createHistory, taskOf } from '../harness/model/testing/history-builder.ts';
import { renderCapacity } from './capacity-report.ts';
import { renderReport } from './render.ts';
import { HOSTILE } from './testing/hostile-text.ts';
import { sampleRun } from './testing/sample-run.ts';

const ORIGIN_MS = 100;
const STAGES = [
  { forMs: 1000, from: 10, to: 10 },
  { forMs: 2000, from: 10, to: 10 },
  { forMs: 1000, from: 20, to: 40 },
];

/** Ten calls of warm-up, twenty at an even rate, then fewer than were asked for, of which three were dropped. */
async function loadRun({ memoryMiB = (at: number) => 80 + 0 * at, stages = STAGES } = {}) {
  const calls = 45;
  const load = { id: 'stages', model: 'open' as const, options: {}, stages, warmupMs: 1000 };
  const h = createHistory({ calls, plan: { load } });
  h.add(ORIGIN_MS, { kind: 'note', topic: LOAD_START, data: { originT: ORIGIN_MS * 1e6 } });
  for (let call = 1; call <= calls; call += 1) {
    const lateMs = call > 30 ? 30 : 1;
    const atMs = ORIGIN_MS + (call - 1) * 100 + lateMs;
    if (call % 10 === 1) {
      const data = { process: 'server', memoryMiB: memoryMiB(call), handles: 20 };
      h.add(atMs, { kind: 'note', topic: RESOURCES, data });
    }
    h.add(atMs, { kind: 'gen', call, lateness: lateMs * 1e6 });
    const seq = h.create(atMs, call);
    h.ok(atMs + 5, seq, { task: taskOf(call), status: 'working' });
    h.add(atMs + 50, { kind: 'know', task: taskOf(call), call, agent: 1 });
  }
  h.add(4600, { kind: 'gen', dropped: 3 });
  h.note(5000, 'drained');
  h.finish(5100, []);
  const history = indexHistory(h.plan, h.history());
  const verdict = await judgeIndex({ plan: h.plan, history });
  const fromT = (ORIGIN_MS + 1000) * 1e6;
  const toT = (ORIGIN_MS + stages.reduce((sum, { forMs }) => sum + forMs, 0)) * 1e6;
  const measured = { originT: ORIGIN_MS * 1e6, fromT, toT, drifts: driftsOf(h.plan, history) };
  return {
    ...sampleRun({ calls: 1 }),
    ...{ plan: h.plan, history, verdict, samples: callSamples(h.plan, history), measured },
  };
}

function sectionOf(text: string, id: string): string {
  const from = text.indexOf(`<section id="${id}"`);
  return from < 0 ? '' : text.slice(from, text.indexOf('</section>', from));
}

describe('the load of a run', () => {
  it('is told part by part: what was asked for, what was begun, and whether the generator kept up', async () => {
    const load = sectionOf(renderReport([await loadRun()], { script: null }), 'load');
    const rows = [...load.matchAll(/<tr class="(?:muted)?"><th[^>]*>([^<]+)<\/th>(.*?)<\/tr>/gs)].map(
      ([, name, rest]) => [
        name,
        ...[...(rest ?? '').matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) =>
          (cell ?? '').replace(/<[^>]+>/g, '').trim(),
        ),
      ],
    );
    expect(rows.slice(0, 3).map((cells) => cells.slice(0, 6))).toEqual([
      ['warm-up', '1 s', '10/s', '10/s', '10/s', '0'],
      ['stage 1', '2 s', '10/s', '10/s', '10/s', '0'],
      ['stage 2', '1 s', '20 to 40/s', '10/s', '10/s', '0'],
    ]);
    expect(rows[1]?.at(-1)).toBe('✓ kept up');
    expect(rows[2]?.at(-1)).toBe('? late');
    expect(load).toContain('The first 1 s warm it up');
  });

  it('says which process made which part, and whose was not run', async () => {
    const clock = { aheadMs: -12.5, uncertaintyMs: 0.2, driftMs: 0.01, isSame: false };
    const generators: GeneratorsDocument = {
      ...{ schema: 'claimcheck/generators@1', where: 'over the queue', effectsLeftOut: 2 },
      generators: [
        { name: 'generator-1', host: 'one', pid: 7, agents: 5, calls: 30, state: 'reported', clock },
        { name: 'generator-2', host: HOSTILE, pid: 8, agents: 5, calls: 15, state: 'lost', why: 'killed' },
      ],
    };
    const load = sectionOf(renderReport([{ ...(await loadRun()), generators }], { script: null }), 'load');
    expect(load).toContain('−13 ms ± 0.2 ms');
    expect(load).toContain('15 calls were not run, because generator-2 was lost. 2 of their effects');
    expect(load).not.toContain(HOSTILE);
  });

  it('is not there where nobody measured one', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect([sectionOf(text, 'load'), sectionOf(text, 'drift')]).toEqual(['', '']);
  });

  it('draws memory over time, and judges slopes only where a load is long and steady', async () => {
    const short = sectionOf(renderReport([await loadRun()], { script: null }), 'drift');
    expect(short).toContain('Resident memory of each process');
    expect(short).not.toContain('Slopes by Theil and Sen');
    const run = await loadRun({ memoryMiB: (at) => 80 + at });
    const slope = { perHour: 100, low: 90, high: 110, start: 80, end: 120, blocks: 20 };
    const drifts = [{ what: 'memory of server', unit: 'MiB', readings: 40, slope, verdict: 'grows' as const }];
    const measured = { ...run.measured, toT: run.measured.fromT + 400e9, drifts };
    const stages = [{ forMs: 401_000, from: 10, to: 10 }];
    const plan = { ...run.plan, load: { ...run.plan.load, stages } };
    const long = sectionOf(renderReport([{ ...run, plan, measured }], { script: null }), 'drift');
    expect(long).toMatch(/memory of server.*\+100 MiB.*grows/s);
  });

  it('and what it cost the harness stands with the measurement', async () => {
    const honesty = sectionOf(renderReport([await loadRun()], { script: null }), 'honesty');
    expect(honesty).toMatch(/Calls that were dropped<\/dt><dd>3 /);
    expect(honesty).toMatch(/Calls started late<\/dt><dd>p95 30 ms, max 30 ms, 35 samples.*late/s);
  });
});

describe('a search for a capacity', () => {
  const probe = (rate: number, outcome: 'holds' | 'fails' | 'generator', ackP95: number | null) => ({
    ...{ rate, outcome, ackP95, directory: `reports/out/x/${rate}-1`, arrivals: rate, results: rate },
    ...{ latenessP99: 1.5, why: outcome === 'holds' ? null : HOSTILE },
  });
  const document: CapacityDocument = {
    ...{ schema: 'claimcheck/capacity@1', scenario: 'small-tasks', thresholds: ['ack-latency.p95 < 500ms'] },
    ...{ rate: 80, failsAt: 90, generatorAt: null, why: null, confirmed: 5, sureShare: 0.549 },
    probes: [probe(40, 'holds', 12), probe(80, 'holds', 100), probe(90, 'fails', 900), probe(160, 'generator', null)],
  };

  it('says the rate that holds and how sure that is, and draws a mark a run that measured one', () => {
    const text = renderCapacity(document, { directory: 'x', linkTo: (path) => `${path}/report.html`, script: null });
    expect(text).toContain('80/s hold');
    expect(text).toContain('54.9 % of runs or more');
    expect(text.match(/<g transform="translate\(\d/g)).toHaveLength(3 + 2);
    expect(text).toContain('href="reports/out/x/160-1/report.html"');
    expect(text).not.toContain(HOSTILE);
  });

  it('says why there is no rate', () => {
    const none = { ...document, rate: null, why: 'a run could not be judged', confirmed: 0, sureShare: 0 };
    const text = renderCapacity(none, { directory: 'x', linkTo: (path) => path, script: null });
    expect(text).toContain('No capacity was found');
    expect(text).toContain('a run could not be judged');
  });
});
