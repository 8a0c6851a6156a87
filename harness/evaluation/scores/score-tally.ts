import type { Score } from '../../model/evaluation/document.ts';
import type { Episode } from '../../model/evaluation/episode.ts';
import type { Measure, Sample } from '../../model/evaluation/measure.ts';
import { meanEnds, shareEnds } from './interval.ts';

/**
 * The scores of one agent, folded episode by episode: nothing is kept of an episode but its figures. A vector of scores; they
 * are not blended into one.
 */
export interface ScoreTally {
  readonly episodes: number;
  add(episode: Episode): void;
  /** By measure id. A measure of which no episode had a case is absent. */
  scores(): Readonly<Record<string, Score>>;
}

export function createScoreTally(measures: readonly Measure[]): ScoreTally {
  const sums = new Map<string, Sums>();
  let episodes = 0;
  return {
    get episodes() {
      return episodes;
    },
    add(episode) {
      episodes += 1;
      for (const { meta, of } of measures) {
        const sample = of(episode);
        if (sample === null) continue;
        const own = sums.get(meta.id) ?? new Sums(sample.kind);
        own.add(sample);
        sums.set(meta.id, own);
      }
    },
    scores: () =>
      Object.fromEntries(
        measures.flatMap(({ meta }) => {
          const own = sums.get(meta.id);
          return own === undefined ? [] : [[meta.id, own.score()]];
        }),
      ),
  };
}

/** The score of samples that are there already; null: none. They must be of one kind. */
export function scoreOf(samples: readonly Sample[]): Score | null {
  const [first] = samples;
  if (first === undefined) return null;
  const sums = new Sums(first.kind);
  for (const sample of samples) sums.add(sample);
  return sums.score();
}

/** Shares are summed before they are divided; values are averaged. */
class Sums {
  readonly #kind: Sample['kind'];
  #n = 0;
  #x = 0;
  #y = 0;
  #xx = 0;
  #xy = 0;
  #yy = 0;

  constructor(kind: Sample['kind']) {
    this.#kind = kind;
  }

  add(sample: Sample): void {
    if (sample.kind !== this.#kind)
      throw new Error(`expected another ${this.#kind} of this measure, got a ${sample.kind}`);
    const [x, y] = sample.kind === 'share' ? [sample.hits, sample.cases] : [sample.value, 1];
    this.#n += 1;
    this.#x += x;
    this.#y += y;
    this.#xx += x * x;
    this.#xy += x * y;
    this.#yy += y * y;
  }

  score(): Score {
    const ratio = this.#x / this.#y;
    // Of a sum of squares that should be 0, rounding leaves a trace, also a negative one.
    const squares = Math.max(0, this.#xx - 2 * ratio * this.#xy + ratio ** 2 * this.#yy);
    const spread = squares < 1e-9 * this.#xx ? 0 : squares;
    const n = this.#n;
    if (this.#kind === 'share') {
      const variance = n < 2 ? 0 : ((n / (n - 1)) * spread) / this.#y ** 2;
      const ends = shareEnds(ratio, variance, n, this.#y);
      return { kind: 'share', hits: this.#x, cases: this.#y, value: ratio, ...ends };
    }
    const sd = n < 2 ? null : Math.sqrt(spread / (n - 1));
    return { kind: 'value', cases: n, value: ratio, sd, ...meanEnds(ratio, sd ?? 0, n) };
  }
}
