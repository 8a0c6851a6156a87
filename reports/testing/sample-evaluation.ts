import { createReporter } from '../../harness/evaluation/driver/episode-report.ts';
import { evaluationDocument } from '../../harness/evaluation/driver/evaluation-document.ts';
import { measures } from '../../harness/evaluation/measures/index.ts';
import { violationsOf } from '../../harness/evaluation/scores/violations.ts';
import { rehearse } from '../../harness/evaluation/testing/rehearsal.ts';
import { randomInstance, randomLatencies } from '../../harness/evaluation/testing/toy-world.ts';
import type { EvaluationDocument } from '../../harness/model/evaluation/document.ts';
import type { Episode } from '../../harness/model/evaluation/episode.ts';
import { createPrng } from '../../harness/model/prng.ts';
import { loadAll } from '../../harness/model/registry.ts';
import type { ReportedEvaluation } from '../evaluation-input.ts';

const AGENTS = ['reference', 'swapper', 'eager', 'sleeper'];
// Enough for ten episodes at a degree of inversion, below which no point is drawn.
const INSTANCE_COUNT = 24;

/** An evaluation as a real one would leave it: real agents of policies in a toy world, scored by the real measures. */
export async function sampleEvaluation(): Promise<ReportedEvaluation> {
  const draw = createPrng(11, 'sample');
  const instances = Array.from({ length: INSTANCE_COUNT }, (_, index) => randomInstance(draw, `toy/${100 + index}`));
  const episodes: Episode[] = [];
  for (const agent of AGENTS) {
    for (const mode of ['async', 'sync'] as const) {
      for (const law of ['uniform', 'reversed']) {
        for (const instance of instances) {
          const latencyMs = randomLatencies(createPrng(law === 'uniform' ? 1 : 2, instance.id), instance);
          const { episode } = await rehearse(agent, instance, latencyMs, { mode });
          episodes.push({ ...episode, law });
        }
      }
    }
  }
  const document = await documentOf(episodes);
  const drawn = document.worst.flatMap(({ line, failures }) => {
    const episode = episodes[line - 1];
    return episode === undefined ? [] : [{ line, failures, episode, violations: violationsOf(episode) }];
  });
  return { directory: 'reports/out/eval/20260101T000000Z', document, episodes: drawn, baseline: null };
}

async function documentOf(episodes: readonly Episode[]): Promise<EvaluationDocument> {
  const reporter = createReporter(await loadAll(measures));
  const instances = [...new Map(episodes.map(({ instance }) => [instance.id, instance])).values()];
  return evaluationDocument({
    claimcheck: '0.1.0',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 4100,
    interrupted: false,
    settings: {
      time: 'virtual',
      dialect: 'tasks-2026-07-28',
      transport: 'stdio',
      agents: AGENTS,
      modes: ['async', 'sync'],
      laws: ['uniform', 'reversed'],
      schema: 'explicit',
      prompt: 'bare',
      seeds: [1],
      dataSeed: 1,
      data: null,
      filter: null,
      sample: INSTANCE_COUNT,
      agentMs: 1000,
      timeScale: 1,
      faults: { scenario: 'steady', changes: [] },
      failing: 0,
      crash: null,
    },
    total: 1070,
    instances,
    measures: Object.values(measures).map(({ meta }) => meta),
    reports: episodes.map((episode, index) => reporter.report({ index, episode, requests: 10, crash: null })),
    lines: new Map(episodes.map((_, index) => [index, index + 1])),
  });
}
