/** What a parser of Prometheus text that knows nothing of this project makes of it. For tests. */
import parse from 'parse-prometheus-text-format';
import { z } from 'zod';

const labels = z.record(z.string(), z.string()).optional();
const sample = z.strictObject({ value: z.string(), labels });
const distribution = z.strictObject({
  labels,
  buckets: z.record(z.string(), z.string()),
  count: z.string(),
  sum: z.string(),
});
const family = z.discriminatedUnion('type', [
  z.strictObject({ name: z.string(), help: z.string(), type: z.enum(['COUNTER', 'GAUGE']), metrics: z.array(sample) }),
  z.strictObject({
    name: z.string(),
    help: z.string(),
    type: z.literal('HISTOGRAM'),
    metrics: z.array(distribution),
  }),
]);

export type ScrapedFamily = z.infer<typeof family>;

/** The families by name. Throws for a line that cannot be read, a family that is neither of these types, and one that comes twice. */
export function scrapedFamilies(text: string): ReadonlyMap<string, ScrapedFamily> {
  const families = z.array(family).parse(parse(text));
  const byName = new Map(families.map((one) => [one.name, one]));
  if (byName.size !== families.length) throw new Error('a family comes twice');
  return byName;
}
