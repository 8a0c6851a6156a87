import { z } from 'zod';
import { createSeededNumbers } from './seeded-numbers.ts';
import { createWorkloadTool, workInputs } from './workload.ts';

const schema = z.strictObject({
  ...workInputs,
  source: z.string().min(1).max(200).default('orders').describe('Name of the data set.'),
  rows: z.int().min(1).max(20_000).default(1_000).describe('How many rows the source has.'),
});

/** Reads comma-separated rows, rejects the bad ones, drops the doubled ones, adds the rest up. */
export const importData = createWorkloadTool({
  name: 'import_data',
  title: 'Import data',
  purpose:
    'Imports the rows of a source: reads, checks, removes duplicates and adds them up; says how many were rejected.',
  schema,
  annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: true },
  plan(args) {
    const { token, ms, source, rows } = schema.parse(args);
    let lines: readonly string[] = [];
    let valid: readonly (readonly [string, number])[] = [];
    let unique = new Map<string, number>();
    let sum = 0;
    const steps = [
      {
        name: 'read',
        run() {
          const draw = createSeededNumbers(source);
          // Some ids come twice and some amounts are not numbers, as in real exports.
          lines = Array.from({ length: rows }, () => `${draw(rows * 4)},${draw(50) === 0 ? 'n/a' : draw(10_000)}`);
          return lines.join('\n');
        },
      },
      {
        name: 'check',
        run() {
          valid = lines.flatMap((text) => {
            const [id = '', amount = ''] = text.split(',');
            return /^\d+$/.test(amount) ? [[id, Number(amount)] as const] : [];
          });
          return String(valid.length);
        },
      },
      {
        name: 'remove duplicates',
        run() {
          unique = new Map(valid);
          return String(unique.size);
        },
      },
      {
        name: 'load',
        run() {
          sum = [...unique.values()].reduce((all, amount) => all + amount, 0);
          return String(sum);
        },
      },
    ];
    const finish = () => {
      const counts = {
        read: lines.length,
        rejected: lines.length - valid.length,
        duplicates: valid.length - unique.size,
      };
      return {
        text: `Imported ${unique.size} rows of ${source}`,
        data: { source, ...counts, imported: unique.size, sum },
      };
    };
    return { token, ms, steps, finish };
  },
});
