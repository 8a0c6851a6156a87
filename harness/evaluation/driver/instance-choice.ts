import { createPrng } from '../../model/prng.ts';
import { UsageError } from '../../model/usage-error.ts';

export interface InstanceChoice {
  /** Globs over ids with commas between them (`*` any text, `?` one character); null: all. */
  readonly filter: string | null;
  /** So many of them, drawn by seed; null: all. */
  readonly sample: number | null;
  readonly seed: number;
}

/** Those of the data set that are asked for, in its order. Throws a UsageError when there are none. */
export function chooseInstances<One extends { readonly id: string }>(
  all: readonly One[],
  { filter, sample, seed }: InstanceChoice,
): readonly One[] {
  const patterns = filter?.split(',').map((glob) => patternOf(glob.trim())) ?? null;
  const fitting = all.filter(({ id }) => patterns?.some((pattern) => pattern.test(id)) ?? true);
  if (fitting.length === 0) {
    const known = [...new Set(all.map(({ id }) => id.split('/')[0]))].join(', ');
    throw new UsageError(
      `--filter ${filter}: no instance fits; their ids begin with ${known}, for example ${known.split(', ')[0]}/*`,
    );
  }
  if (sample === null || sample >= fitting.length) return fitting;
  const drawn = new Set(createPrng(seed, 'evaluation/sample').shuffle(fitting).slice(0, sample));
  return fitting.filter((one) => drawn.has(one));
}

function patternOf(glob: string): RegExp {
  const text = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`);
}
