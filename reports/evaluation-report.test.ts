import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationDocument } from '../harness/model/evaluation/document.ts';
import type { ReportedEvaluation } from './evaluation-input.ts';
import { renderEvaluation } from './evaluation-report.ts';
import { casesText, figureText, intervalText } from './score-text.ts';
import { evaluationSections } from './sections/evaluation/index.ts';
import { HOSTILE } from './testing/hostile-text.ts';
import { sampleEvaluation } from './testing/sample-evaluation.ts';

let sample: ReportedEvaluation;
beforeAll(async () => {
  sample = await sampleEvaluation();
});

const render = (changes: Partial<ReportedEvaluation> = {}) =>
  renderEvaluation({ ...sample, ...changes }, { script: null });

function withDocument(changes: Partial<EvaluationDocument>): Partial<ReportedEvaluation> {
  return { document: { ...sample.document, ...changes } };
}

function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');
}

const idsOf = (text: string) => [...text.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
const linksOf = (text: string) => [...text.matchAll(/ href="#([^"]+)"/g)].map(([, id = '']) => id);

describe('the report of an evaluation', () => {
  it('has every section that has something to show, each id once, and no link that leads nowhere', () => {
    const text = render();
    const ids = idsOf(text);
    expect(ids.length).toBe(new Set(ids).size);
    expect(linksOf(text).filter((id) => !ids.includes(id))).toEqual([]);
    const left = evaluationSections.map(({ id }) => id).filter((id) => !ids.includes(id));
    expect(left).toEqual(['model', 'baseline', 'crashes']);
  });

  it('shows every score of evaluation.json with its interval and its cases', () => {
    const text = plain(render());
    for (const { scores } of sample.document.cells) {
      for (const { id, unit } of sample.document.measures) {
        const score = scores[id];
        if (score === undefined) continue;
        const shown = [figureText(score.value, unit), intervalText(score, unit), casesText(score)];
        expect(text).toContain(
          shown
            .filter((part) => part !== '')
            .join(' ')
            .replaceAll('<', '&#60;')
            .replaceAll('>', '&#62;'),
        );
      }
    }
  });

  it('says what follows: who kept everything, and who is worse off when results come late', () => {
    const gaps = sample.document.asyncGaps.filter(({ low }) => low !== null && low > 0);
    expect(gaps.length).toBeGreaterThan(0);
    const text = plain(render());
    for (const { agent } of gaps) expect(text).toContain(`${agent} is worse off when results come late`);
    expect(text).toContain('Nothing was lost, mixed up or used too early by reference.');
    const none = plain(render(withDocument({ asyncGaps: sample.document.asyncGaps.filter(({ gap }) => gap === 0) })));
    expect(none).toContain('No agent shows an async gap');
  });

  it('draws each episode with a lane a task and a mark for each wrong step, and says how many it leaves out', () => {
    const swapped = sample.episodes.filter(({ episode }) => episode.agent === 'swapper');
    const [worst] = swapped;
    if (worst === undefined) throw new Error('expected an episode of the swapper');
    const text = render({ episodes: [worst] });
    const timelines = text.slice(text.indexOf('<section id="timelines">'), text.indexOf('<section id="instances">'));
    const afterLegend = timelines.slice(timelines.indexOf('</ul>'));
    expect(afterLegend.match(/<b>task [A-C]<\/b>/g)).toHaveLength(worst.episode.instance.tasks.length);
    expect(afterLegend.match(/class="cross"/g)).toHaveLength(worst.violations.length);
    for (const violation of worst.violations) expect(plain(afterLegend)).toContain(violation.text);
    expect(worst.violations.map(({ kind }) => kind)).toContain('binding');
    const all = sample.document.cells.reduce((sum, { episodes }) => sum + episodes, 0);
    expect(plain(timelines)).toContain(`${all - 1} more episodes are left out here`);
  });

  it('names the agents of a class of failure, how many of their episodes, and leads to those that are drawn', () => {
    const text = render();
    const failures = text.slice(text.indexOf('<section id="failures">'), text.indexOf('<section id="timelines">'));
    const binding = sample.document.failures.filter(({ id }) => id === 'binding-accuracy');
    const count = binding.reduce((sum, failure) => sum + failure.count, 0);
    expect(plain(failures)).toContain(`Binding accuracy ${count} episodes of swapper`);
    expect(failures).toMatch(/href="#episode-\d+"/);
  });

  it('shows what is worse than the baseline first, and what does not compare like with like', () => {
    const meta = sample.document.measures.find(({ id }) => id === 'task');
    if (meta === undefined) throw new Error('expected the measure task');
    const score = (hits: number) =>
      ({ kind: 'share', hits, cases: 50, value: hits / 50, low: hits / 50 - 0.1, high: hits / 50 + 0.1 }) as const;
    const change = { mode: 'async', law: 'uniform', measure: 'task' } as const;
    const baseline = {
      differences: ['agentMs 1000 before, 3000 now'],
      measures: [meta],
      changes: [
        { ...change, agent: 'swapper', before: score(10), after: score(12), change: 0.04, verdict: 'unclear' },
        { ...change, agent: 'reference', before: score(45), after: score(20), change: -0.5, verdict: 'worse' },
        { ...change, agent: 'eager', before: score(9), after: score(9), change: 0, verdict: 'same' },
      ],
    } as const;
    const text = plain(render({ baseline }));
    expect(text).toContain('1 score worse 2 scores differ, 1 is the same.');
    expect(text).toContain('not like with like agentMs 1000 before, 3000 now');
    expect(text).toMatch(/reference Task success 0\.9 .*−0\.5 ✕ worse.*swapper Task success 0\.2 .*\? unclear/);
  });

  const DONE = { kind: 'share', hits: 45, cases: 50, value: 0.9, low: 0.8, high: 1 } as const;

  it('says how agents were told otherwise, and how far real time agrees with virtual time', () => {
    const change = { mode: 'async', law: 'uniform', measure: 'task', before: DONE, after: DONE } as const;
    const agreement = {
      agent: 'swapper',
      mode: 'async',
      law: 'uniform',
      episodes: 50,
      alike: 47,
      unequal: [],
    } as const;
    const baseline = {
      ...{ differences: [], told: ['prompt bare before, async now'], measures: sample.document.measures },
      changes: [{ ...change, agent: 'swapper', change: 0, verdict: 'same' }],
      agreements: [{ ...agreement, raced: 3, raceMsMax: 84, apart: [], scores: { equal: 27, all: 29 } }],
    } as const;
    const text = plain(render({ baseline }));
    expect(text).toContain('compared prompt bare before, async now.');
    expect(text).toContain('swapper 50 47 equal 3 84 ms 0 27 of 29 equal');
  });

  it('shows what survives a crash of the agent', () => {
    const resumed = { kind: 'share', hits: 3, cases: 4, value: 0.75, low: 0.3, high: 0.95 } as const;
    const crash = {
      agent: 'amnesiac',
      who: 'agent',
      phase: 'after the receipt',
      keepsIds: false,
      episodes: 4,
    } as const;
    const costMs = { kind: 'value', cases: 3, value: 12_400, sd: 500, low: 11_000, high: 13_800 } as const;
    const cell = { ...crash, resumed, ids: null, results: resumed, doubledEffects: 1.5, costMs };
    const text = plain(render(withDocument({ crashes: [cell] })));
    expect(text).toContain(
      'amnesiac after the receipt lost 0.75 [0.3 – 0.95], 3 of 4 – 0.75 [0.3 – 0.95], 3 of 4 1.5 12.4 s [11 s – 13.8 s], n = 3 4',
    );
  });

  it('says what a model was asked, what it cost and why it was stopped', () => {
    const model = {
      ...{ name: 'small-model', prompt: 'async', turn: 'fixed:1000', requests: 12, turns: 10, inputTokens: 4000 },
      ...{ outputTokens: 300, estimatedTurns: 2, usd: 0.0125, modelMs: 9000, stopped: 'the budget was spent' },
      failures: [{ why: 'no JSON in the answer', count: 2 }],
    };
    const text = plain(render(withDocument({ model })));
    expect(text).toContain('stopped the budget was spent');
    expect(text).toContain('4,000, 300 (in 2 of them estimated: a quarter of the bytes)');
    expect(text).toContain('$0.0125');
    expect(text).toContain('no JSON in the answer 2');
  });

  it('stands what agents, servers and data said as text, wherever it lands', () => {
    const [first] = sample.episodes;
    if (first === undefined) throw new Error('expected an episode');
    const hostile = structuredClone(sample.document);
    const text = render({
      document: {
        ...hostile,
        settings: { ...hostile.settings, agents: [HOSTILE], filter: HOSTILE, laws: ['uniform', HOSTILE] },
        cells: hostile.cells.map((cell) => ({ ...cell, agent: HOSTILE })),
        asyncGaps: hostile.asyncGaps.map((gap) => ({ ...gap, agent: HOSTILE })),
        robustness: hostile.robustness.map((row) => ({ ...row, agent: HOSTILE })),
        failures: hostile.failures.map((failure) => ({ ...failure, title: HOSTILE, agent: HOSTILE })),
      },
      episodes: [
        {
          ...first,
          failures: [HOSTILE],
          violations: [{ t: 5, job: null, task: 'A', kind: 'claim', text: HOSTILE }],
          episode: { ...first.episode, agent: HOSTILE },
        },
      ],
    });
    expect(text).not.toContain('<img');
    expect(text).not.toContain('<svg onload');
    expect(text).not.toContain('</script><');
  });

  it('says that it was interrupted, and draws what there is when there is nothing', () => {
    const text = plain(
      render({
        ...withDocument({ interrupted: true, cells: [], asyncGaps: [], robustness: [], failures: [], worst: [] }),
        episodes: [],
      }),
    );
    expect(text).toContain('interrupted What was finished by then is below.');
    expect(text).not.toContain('Timelines of the worst episodes');
    expect(plain(render({ episodes: [] }))).toContain('episodes.jsonl or instances.jsonl is not beside');
  });
});

describe('figures', () => {
  it('never read as perfect when they are not', () => {
    expect([1, 0.9996, 0.0002, 0, 0.25, -0.02].map((value) => figureText(value, 'ratio'))).toEqual([
      '1',
      '< 1',
      '> 0',
      '0',
      '0.25',
      '-0.02',
    ]);
    expect([figureText(1200, 'ms'), figureText(2.5, 's'), figureText(1234.4, 'tokens')]).toEqual([
      '1.2 s',
      '2.5 s',
      '1,234',
    ]);
  });
});
