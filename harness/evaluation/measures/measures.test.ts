import { describe, expect, it } from 'vitest';
import type { Episode } from '../../model/evaluation/episode.ts';
import type { StepId } from '../../model/evaluation/instance.ts';
import { loadAll } from '../../model/registry.ts';
import { CONTINUATION_OUTCOMES, continuations } from './continuation-outcome.ts';
import { measures } from './index.ts';
import { type CallOptions, EpisodeScript, type Problem, problemOf, wellPlayed } from './testing/episode-script.ts';

/** A: 6, 2, 1 one after the other; B: 2, 5. */
const WORKED = problemOf({
  A: [
    { tool: 'write', ms: 6 },
    { tool: 'write', needs: [1], ms: 2 },
    { tool: 'read', needs: [2], ms: 1 },
  ],
  B: [
    { tool: 'write', ms: 2 },
    { tool: 'read', needs: [1], ms: 5 },
  ],
});
const TWO = problemOf({
  A: [
    { tool: 'write', ms: 4 },
    { tool: 'read', needs: [1], ms: 2 },
  ],
  B: [
    { tool: 'write', ms: 3 },
    { tool: 'read', needs: [1], ms: 2 },
  ],
});
const ONE = problemOf({ A: [{ tool: 'write', ms: 4 }] });
const CHAIN = problemOf({
  A: [
    { tool: 'write', ms: 4 },
    { tool: 'read', needs: [1], ms: 2 },
  ],
});
const FAN = problemOf({
  A: [
    { tool: 'write', ms: 1 },
    { tool: 'write', ms: 5 },
  ],
  B: [{ tool: 'write', ms: 1 }],
});
const [A1, A2, B1, B2]: [StepId, StepId, StepId, StepId] = ['A/$var_1', 'A/$var_2', 'B/$var_1', 'B/$var_2'];

const script = (problem: Problem) => new EpisodeScript(problem);
const good = () => wellPlayed(TWO).episode();
const worked = () => wellPlayed(WORKED).episode();

/** One thing after the other, each with its result before the next. */
function serial(problem: Problem): EpisodeScript {
  const own = script(problem);
  for (const task of problem.instance.tasks) {
    for (const { label } of task.steps) {
      const id = `${task.id}/${label}`;
      const job = own.call(id);
      own.idle(own.now + (problem.latencyMs[id] ?? 0)).know(job, id);
    }
  }
  return own;
}

/** Both firsts, then what is done with their results, which came at 6. */
function afterFirsts(then: (own: EpisodeScript, jobs: { a: number; b: number }) => unknown): Episode {
  const own = script(TWO);
  const a = own.call(A1);
  const b = own.call(B1);
  own.idle(6).know(a, A1).know(b, B1);
  then(own, { a, b });
  return own.episode();
}

/** A call of the first step, and what came of it. */
function oneCall(options: CallOptions, then: (own: EpisodeScript, job: number) => unknown): Episode {
  const own = script(CHAIN);
  then(own, own.call(A1, options));
  return own.episode();
}

function seconds(own: EpisodeScript, options: { a?: CallOptions; b?: CallOptions } = {}): void {
  own.call(A2, options.a);
  own.call(B2, options.b);
}

function crashed(keepsIds: boolean, then: (own: EpisodeScript, job: number) => unknown, isRight = true): Episode {
  const own = script(ONE);
  const job = own.call(A1);
  own.write({ kind: 'crash', t: own.now, keepsIds });
  then(own, job);
  return own.episode(isRight ? {} : { states: { 'test.1.A': { 'test.1.A': { done: 0 } } } });
}

const wrongWorld = (problem: Problem, own: EpisodeScript) =>
  own.episode({
    states: Object.fromEntries(
      problem.instance.tasks.map(({ id, workspace, goldState }) => [workspace, id === 'A' ? { done: -1 } : goldState]),
    ),
  });
const wrongArgument = () =>
  afterFirsts((own) => {
    const job = own.call(A2, { arguments: { name: 'other' } });
    own.know(job, A2);
    own.know(own.call(B2), B2);
  });
const polled = (count: number, options: Parameters<EpisodeScript['poll']>[1] = {}) =>
  oneCall({}, (own, job) => {
    for (let poll = 0; poll < count; poll += 1) own.poll(job, { isNews: poll === 0, ...options });
    own.know(job, A1);
  });
const tokens = (isWaiting: boolean) =>
  oneCall({}, (own) =>
    own
      .write({ kind: 'tokens', t: 0, context: 100, fresh: 100, written: 20, isWaiting: false })
      .write({ kind: 'tokens', t: 1, context: 140, fresh: 30, written: 10, isWaiting }),
  );
const effects = (canaries: readonly string[]) =>
  oneCall({}, (own) => {
    for (const canary of canaries) own.write({ kind: 'effect', t: 3, canary });
  });
const delayed = (untilT: number) =>
  afterFirsts((own) => {
    own.idle(untilT);
    seconds(own);
  });
const failedOnce = (then: (own: EpisodeScript, job: number) => unknown) =>
  oneCall({}, (own, job) => {
    own.know(job, A1, { status: 'error', result: { error: 'full' } });
    then(own, job);
  });
const neglected = (actions: number) => {
  const own = script(TWO);
  own.know(own.call(A1), A1);
  own.know(own.call(A2), A2);
  for (let count = 0; count < actions; count += 1) own.poll(1, { by: 'agent' });
  own.know(own.call(B1), B1);
  own.know(own.call(B2), B2);
  return own.episode();
};

/** By measure: an episode that moves it and where to, and one that leaves it where it should be. */
const CASES: Readonly<Record<string, readonly [moves: () => Episode, to: number, stays: () => Episode, at: number]>> = {
  'func-f1': [() => afterFirsts((own) => own.call(A2, { tool: 'delete', says: null })), 4 / 7, good, 1],
  'param-f1': [wrongArgument, 0.9, good, 1],
  trajectory: [wrongArgument, 0.5, good, 1],
  'trajectory-soft': [wrongArgument, 0.75, good, 1],
  environment: [() => wrongWorld(TWO, wellPlayed(TWO)), 0.5, good, 1],
  'sub-task': [wrongArgument, 0.5, good, 1],
  task: [wrongArgument, 0, good, 1],
  makespan: [() => serial(WORKED).episode(), 21, worked, 12],
  'serial-time': [worked, 21, () => serial(WORKED).episode(), 21],
  bound: [worked, 12, () => serial(WORKED).episode(), 12],
  'reference-time': [worked, 12, () => serial(WORKED).episode(), 12],
  'interleaving-efficiency': [() => serial(WORKED).episode(), 0, worked, 1],
  'correct-efficiency': [() => wrongWorld(WORKED, wellPlayed(WORKED)), 0, worked, 1],
  'schedule-length-ratio': [() => serial(WORKED).episode(), 1.75, worked, 1],
  'speed-up': [worked, 1.75, () => serial(WORKED).episode(), 1],
  'idle-use': [() => serial(WORKED).episode(), 0, worked, 1],
  'blind-wait': [() => serial(WORKED).episode(), 9, worked, 0],
  'structural-idle': [worked, 7, () => serial(FAN).episode(), 1],
  'progress-at-reference': [() => serial(WORKED).episode(), 9 / 16, worked, 1],
  'anytime-score': [() => serial(WORKED).episode(), 127 / 21 / 16, worked, 204 / 21 / 16],
  'fan-out-share': [() => serial(WORKED).episode(), 0, worked, 1],
  'same-task-streak': [() => serial(WORKED).episode(), 2.5, worked, 5 / 3],
  'switch-rate': [() => serial(WORKED).episode(), 0.25, worked, 0.5],
  'justified-switches': [() => unsteady(FAN), 0.5, worked, 1],
  thrash: [() => unsteady(FAN), 0.5, worked, 0],
  'polls-per-job': [() => polled(3), 3, () => polled(1), 1],
  'agent-polls-per-job': [() => polled(3, { by: 'agent' }), 3, () => polled(3), 0],
  'useful-polls': [() => polled(4), 0.25, () => polled(1), 1],
  'informative-polls': [() => polled(4), 0.25, () => polled(1), 1],
  'polls-after-know': [() => oneCall({}, (own, job) => own.poll(job).know(job, A1).poll(job)), 0.5, () => polled(2), 0],
  'interval-compliance': [
    () => oneCall({}, (own, job) => own.poll(job, { hintMs: 10 }).idle(5).poll(job, { hintMs: 10 }).idle(15).poll(job)),
    0.5,
    () => oneCall({}, (own, job) => own.poll(job, { hintMs: 10 }).idle(11).poll(job)),
    1,
  ],
  'ack-latency': [() => oneCall({ ackMs: 7 }, () => {}), 7, () => oneCall({}, () => {}), 0],
  'result-latency': [() => oneCall({}, (own, job) => own.idle(9).know(job, A1)), 8, () => polled(1), 0],
  'detection-lag': [() => oneCall({}, (own, job) => own.idle(9).know(job, A1, { endedT: 5 })), 4, () => polled(1), 0],
  'resume-lag': [() => delayed(20), 15.5, () => delayed(6), 1.5],
  'waiting-tokens': [() => tokens(true), 40, () => tokens(false), 0],
  'waiting-token-share': [() => tokens(true), 0.25, () => tokens(false), 0],
  'waiting-bill-share': [() => tokens(true), 140 / 240, () => tokens(false), 0],
  'binding-accuracy': [() => afterFirsts((own, { a, b }) => own.bind(a, A1).bind(b, A1)), 0.5, good, 1],
  'cross-task': [() => afterFirsts((own, { a, b }) => own.bind(a, B1).bind(b, B1)), 0.25, good, 0],
  'wrong-instance': [() => afterFirsts((own, { a, b }) => own.bind(a, B1).bind(b, B1)), 0.5, good, 0],
  'dependency-violations': [() => prematurely({}), 0.5, good, 0],
  'premature-continuations': [() => prematurely({}), 0.5, () => prematurely({ assumed: true }), 0],
  'assumed-results': [() => prematurely({ assumed: true }), 0.5, () => prematurely({}), 0],
  'premature-claims': [() => afterFirsts((own) => own.claim('A', true)), 1, good, 0],
  'continuations-correct': [() => delayed(20), 0, good, 1],
  'continuations-lost': [() => afterFirsts((own) => own.call(A2)), 0.5, good, 0],
  'continuations-late': [() => delayed(8), 1, () => delayed(7), 0],
  'continuations-duplicated': [
    () =>
      afterFirsts((own) => {
        seconds(own);
        own.call(A2, { again: true });
      }),
    0.5,
    () =>
      afterFirsts((own) => {
        seconds(own, { a: { refused: 'no receipt' } });
        own.call(A2, { again: true });
      }),
    0,
  ],
  'continuations-misrouted': [
    () => afterFirsts((own) => seconds(own, { a: { arguments: { from_1: 'canary-B1' } } })),
    1,
    good,
    0,
  ],
  'continuations-stale': [
    () =>
      afterFirsts((own, { a }) => {
        const newer = own.call(A1, { again: true });
        own.know(newer, A1).bind(a, A1);
        seconds(own);
      }),
    0.5,
    good,
    0,
  ],
  'task-neglect': [() => neglected(2), 0.5, () => neglected(1), 0],
  'unclaimed-jobs': [() => oneCall({}, () => {}), 1, () => polled(1), 0],
  'lost-jobs': [
    () => oneCall({}, (own, job) => own.write({ kind: 'lost', t: own.now, job, why: 'let go' })),
    1,
    () => polled(1),
    0,
  ],
  'stalled-waits': [() => oneCall({}, () => {}), 1, () => polled(1), 0],
  'inversion-degree': [
    () => {
      const own = script(TWO);
      const [a, b] = [own.call(A1), own.call(B1)];
      return own.know(b, B1).know(a, A1).episode();
    },
    1,
    () => afterFirsts(() => {}),
    0,
  ],
  'duplicate-creates': [
    () => oneCall({}, (own) => own.call(A1, { again: true })),
    0.5,
    () => oneCall({}, (own) => own.call(A1, { again: true, id: 'id-1' })),
    0,
  ],
  'duplicate-effects': [() => effects(['x', 'y', 'x']), 1 / 3, () => effects(['x', 'y']), 0],
  'duplicate-deliveries': [() => oneCall({}, (own, job) => own.know(job, A1).know(job, A1)), 0.5, () => polled(1), 0],
  'unknown-outcomes': [() => oneCall({}, () => {}), 1, () => polled(1), 0],
  'misread-outcomes': [
    () => failedOnce((own, job) => own.bind(job, A1)),
    1,
    () => failedOnce((own) => own.claim('A', false)),
    0,
  ],
  'claim-honesty': [() => wrongWorld(TWO, wellPlayed(TWO)), 0.5, good, 1],
  'ids-after-crash': [() => crashed(false, () => {}), 0, () => crashed(true, (own, job) => own.poll(job)), 1],
  'results-after-crash': [
    () => crashed(true, (own, job) => own.poll(job)),
    0,
    () => crashed(true, (own, job) => own.know(job, A1)),
    1,
  ],
  'success-after-crash': [
    () => crashed(true, (own, job) => own.know(job, A1), false),
    0,
    () => crashed(true, (own, job) => own.know(job, A1)),
    1,
  ],
};

/** From A to B and back, with the longer step of A left ready. */
function unsteady(problem: Problem): Episode {
  const own = script(problem);
  own.call(A1);
  own.call(B1);
  own.call(A2);
  return own.episode();
}

/** A2 before the result of A1, B2 after that of B1. */
function prematurely(options: CallOptions): Episode {
  const own = script(TWO);
  own.call(A1);
  own.know(own.call(B1), B1);
  seconds(own, { a: options });
  return own.episode();
}

const all = await loadAll(measures);

function figure(id: string, episode: Episode): number | null {
  const sample = all.find(({ meta }) => meta.id === id)?.of(episode) ?? null;
  if (sample === null) return null;
  return sample.kind === 'value' ? sample.value : sample.hits / sample.cases;
}

describe('measures', () => {
  it('gives the worked example its figures', () => {
    const serialIds = ['makespan', 'interleaving-efficiency', 'schedule-length-ratio'];
    expect(serialIds.map((id) => figure(id, serial(WORKED).episode()))).toEqual([21, 0, 1.75]);
    const times = ['serial-time', 'bound', 'reference-time', 'makespan'];
    expect(times.map((id) => figure(id, worked()))).toEqual([21, 12, 12, 12]);
    const rest = ['same-task-streak', 'justified-switches', 'idle-use', 'interleaving-efficiency'];
    expect([...rest, 'schedule-length-ratio'].map((id) => figure(id, worked()))).toEqual([5 / 3, 1, 1, 1, 1]);
  });

  it('shows of every measure what moves it', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(measures).sort());
  });

  it.each(Object.entries(CASES))('%s moves, and stays', (id, [moves, to, stays, at]) => {
    expect(figure(id, moves())).toBeCloseTo(to, 9);
    expect(figure(id, stays())).toBeCloseTo(at, 9);
  });

  it('calls a well played episode perfect in everything that has a perfect value', () => {
    const faults = all.flatMap(({ meta }) => {
      const got = figure(meta.id, worked());
      const isCounted = got !== null && meta.perfect !== undefined && meta.group !== 'waiting';
      return !isCounted || got === meta.perfect ? [] : [`${meta.id}: ${got}`];
    });
    expect(faults).toEqual([]);
  });

  it('finds nothing perfect in an episode in which nothing was done', () => {
    const empty = script(TWO).episode({ states: {} });
    const found = all.filter(({ meta }) => meta.perfect !== undefined && figure(meta.id, empty) === meta.perfect);
    expect(found.map(({ meta }) => meta.id)).toEqual([]);
    expect(
      all
        .filter(({ meta }) => meta.group === 'preservation' && meta.id !== 'task-neglect')
        .flatMap(({ meta }) => figure(meta.id, empty) ?? []),
    ).toEqual([]);
  });

  it('gives each result that could be gone on with exactly one outcome', () => {
    for (const [moves, , stays] of Object.values(CASES)) {
      for (const episode of [moves(), stays()]) {
        const outcomes = continuations(episode);
        expect(new Set(outcomes.map(({ step }) => step)).size).toBe(outcomes.length);
        const shares = CONTINUATION_OUTCOMES.map((outcome) =>
          figure(`continuations-${outcome === 'once-correct' ? 'correct' : outcome}`, episode),
        );
        const sum = shares.reduce<number>((total, one) => total + (one ?? 0), 0);
        expect(sum).toBeCloseTo(outcomes.length === 0 ? 0 : 1, 9);
      }
    }
  });

  it('leaves the episode as it was', () => {
    const episode = worked();
    const before = structuredClone(episode);
    for (const { of } of all) of(episode);
    expect(episode).toEqual(before);
  });

  it('is complete in what it says of itself', () => {
    for (const { meta } of all) {
      expect(meta.description.endsWith('.') && meta.description.length > 20, meta.id).toBe(true);
      if (meta.origin === 'asynctool') expect(meta.source, meta.id).toContain('2605.27995');
    }
  });
});
