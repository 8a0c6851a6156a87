import { z } from 'zod';
import { createWorkloadTool, workInputs } from './workload.ts';

const SAMPLE = 'export function add(a, b) {\n  if (a === 0) return b;\n  return a + b;\n}\n';

const schema = z.strictObject({
  ...workInputs,
  code: z.string().min(1).max(100_000).default(SAMPLE).describe('Source text in a language with braces.'),
});

/** Counts what can be counted without a grammar: size, branches, nesting, repeated lines. */
export const analyzeCode = createWorkloadTool({
  name: 'analyze_code',
  title: 'Analyze code',
  purpose: 'Measures source text: lines, branches, depth of nesting, and lines that occur more than once.',
  schema,
  annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: false },
  plan(args) {
    const { token, ms, code } = schema.parse(args);
    const lines = code.split('\n');
    const found = { lines: 0, lineLengthMax: 0, branches: 0, depthMax: 0, repeatedLines: 0 };
    const steps = [
      {
        name: 'size',
        run() {
          found.lines = lines.length;
          found.lineLengthMax = lines.reduce((longest, text) => Math.max(longest, text.length), 0);
          return `${found.lines} ${found.lineLengthMax}`;
        },
      },
      {
        name: 'branches',
        run() {
          found.branches = code.match(/\b(?:if|for|while|case|catch)\b|&&|\|\||\?/g)?.length ?? 0;
          return String(found.branches);
        },
      },
      {
        name: 'nesting',
        run() {
          let depth = 0;
          for (const character of code) {
            if (character === '{') depth++;
            else if (character === '}') depth = Math.max(0, depth - 1);
            found.depthMax = Math.max(found.depthMax, depth);
          }
          return String(found.depthMax);
        },
      },
      {
        name: 'repetition',
        run() {
          const written = lines.map((text) => text.trim()).filter((text) => text.length > 3);
          found.repeatedLines = written.length - new Set(written).size;
          return String(found.repeatedLines);
        },
      },
    ];
    return {
      token,
      ms,
      steps,
      finish: () => ({ text: `${found.lines} lines with ${found.branches} branches`, data: { ...found } }),
    };
  },
});
