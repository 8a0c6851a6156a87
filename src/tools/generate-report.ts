import { z } from 'zod';
import { createSeededNumbers } from './seeded-numbers.ts';
import { createWorkloadTool, type Step, workInputs } from './workload.ts';

const REGIONS = ['North', 'East', 'South', 'West'];

const schema = z.strictObject({
  ...workInputs,
  topic: z.string().min(1).max(200).default('sales').describe('What the report is about.'),
  sections: z.int().min(1).max(20).default(4).describe('How many months it covers, one section each.'),
});

/** Figures of each month drawn from the topic, a table and a total for each, and a summary. */
export const generateReport = createWorkloadTool({
  name: 'generate_report',
  title: 'Generate a report',
  purpose: 'Writes a report in Markdown about a topic, with one section and table for each month, and totals.',
  schema,
  annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: false },
  plan(args) {
    const { token, ms, topic, sections } = schema.parse(args);
    const draw = createSeededNumbers(topic);
    const parts: string[] = [];
    let total = 0;
    const section = (sectionIndex: number) => {
      const figures = REGIONS.map((region) => ({ region, amount: draw(100_000) }));
      const sum = figures.reduce((all, { amount }) => all + amount, 0);
      total += sum;
      const rows = figures.map(({ region, amount }) => `| ${region} | ${amount} |`);
      const text = [`## Month ${sectionIndex + 1}`, '| Region | Amount |', '|---|---|', ...rows, `Sum: ${sum}`].join(
        '\n',
      );
      parts.push(text);
      return text;
    };
    const steps = Array.from({ length: sections }, (_, sectionIndex): Step => {
      return { name: `section ${sectionIndex + 1}`, run: () => section(sectionIndex) };
    });
    return {
      token,
      ms,
      steps,
      finish: () => ({
        text: `Report on ${topic}: ${sections} sections, total ${total}`,
        data: { topic, total, markdown: [`# ${topic}`, ...parts, `Total: ${total}`].join('\n\n') },
      }),
    };
  },
});
