import type { FailureClass, WorstEpisode } from '../../model/evaluation/document.ts';
import type { MeasureMeta, Sample } from '../../model/evaluation/measure.ts';
import type { KeptReport } from './evaluation-document.ts';

// A reader looks at two or three of a kind.
const EXAMPLES_MAX = 3;
const WORST_MAX = 3;

/** What is wrong in these groups breaks a task or its promises; what falls short in the others costs time or tokens. */
const BREAKING: readonly MeasureMeta['group'][] = ['step', 'task', 'preservation', 'reliability'];

/** A class is a measure that has a perfect value; an episode belongs to it that falls short of that. */
export function failuresOf(
  group: readonly KeptReport[],
  measures: readonly MeasureMeta[],
  lines: ReadonlyMap<number, number>,
): FailureClass[] {
  return measures.flatMap((meta) => {
    const failed = group.flatMap(({ index, figures, samples: { [meta.id]: sample } }) =>
      sample === undefined || !fallsShort(meta, sample) ? [] : [{ index, figures, sample }],
    );
    const [first] = failed;
    if (first === undefined) return [];
    const { agent, mode, law } = first.figures;
    const examples = failed.slice(0, EXAMPLES_MAX).map(({ index, figures: { instance, seed }, sample }) => ({
      ...{ instance, seed, text: failureText(meta, sample) },
      line: lines.get(index) ?? 0,
    }));
    return [{ id: meta.id, title: meta.title, agent, mode, law, count: failed.length, examples }];
  });
}

/** The episodes of one cell in which most of what must not break broke; of equal ones the first. */
export function worstOf(
  group: readonly KeptReport[],
  measures: readonly MeasureMeta[],
  lines: ReadonlyMap<number, number>,
): WorstEpisode[] {
  const breaking = measures.filter((meta) => BREAKING.includes(meta.group));
  return group
    .map(({ index, figures: { instance, agent, mode, law, seed }, samples }) => {
      const failures = breaking.flatMap((meta) => {
        const sample = samples[meta.id];
        return sample === undefined || !fallsShort(meta, sample) ? [] : [failureText(meta, sample)];
      });
      return { instance, agent, mode, law, seed, line: lines.get(index) ?? 0, failures };
    })
    .filter(({ failures }) => failures.length > 0)
    .sort((a, b) => b.failures.length - a.failures.length)
    .slice(0, WORST_MAX);
}

function fallsShort({ perfect, group, better }: MeasureMeta, sample: Sample): boolean {
  // What time it took is no failure.
  if (perfect === undefined || group === 'time' || better === 'neither') return false;
  return (sample.kind === 'share' ? sample.hits / sample.cases : sample.value) !== perfect;
}

function failureText({ title, perfect, unit }: MeasureMeta, sample: Sample): string {
  const amount =
    sample.kind === 'share'
      ? `${sample.hits} of ${sample.cases}`
      : `${Number(sample.value.toPrecision(3))}${unit === 'ratio' || unit === 'count' ? '' : ` ${unit}`}`;
  return `${title}: ${amount}, where ${perfect} is right.`;
}
