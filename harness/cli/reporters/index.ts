/**
 * How a run is told to other programs (--reporter a,b).
 *
 * To add one: write `<id>.ts` beside this file, exporting one Reporter whose `meta.id` is the file's name; add its line below.
 */
import { entry, type Registry } from '../../model/registry.ts';
import { github } from './github.ts';
import { junit } from './junit.ts';
import { line } from './line.ts';
import { ndjson } from './ndjson.ts';
import type { Reporter } from './reporter.ts';

export const reporters: Registry<Reporter> = {
  github: entry(github),
  junit: entry(junit),
  line: entry(line),
  ndjson: entry(ndjson),
};
