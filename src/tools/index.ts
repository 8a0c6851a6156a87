/**
 * The operations the server offers. To add one: write src/tools/<name>.ts that exports a Tool (workload.ts makes one out of a
 * schema and steps), add one line here, and run `npx vitest run --project unit src/tools`.
 */
import { analyzeCode } from './analyze-code.ts';
import { automateBrowser } from './automate-browser.ts';
import { CONFORMANCE_TOOLS } from './conformance/index.ts';
import { effect } from './effect.ts';
import { generateReport } from './generate-report.ts';
import { importData } from './import-data.ts';
import { runWorkflow } from './run-workflow.ts';
import { searchPipeline } from './search-pipeline.ts';
import type { Tool } from './tool.ts';

export { publishedSchema, splitCall } from './call.ts';

export const TOOLS: Readonly<Record<string, Tool>> = {
  generate_report: generateReport,
  analyze_code: analyzeCode,
  import_data: importData,
  search_pipeline: searchPipeline,
  automate_browser: automateBrowser,
  run_workflow: runWorkflow,
  effect,
};

/** What a server may offer: the six operations and `effect`, or what the official conformance suite calls. */
export const TOOL_SETS = { work: TOOLS, conformance: CONFORMANCE_TOOLS } as const;

export const TOOL_SET_NAMES = ['work', 'conformance'] as const satisfies readonly (keyof typeof TOOL_SETS)[];

export function createTools(set: keyof typeof TOOL_SETS = 'work'): ReadonlyMap<string, Tool> {
  return new Map(Object.entries(TOOL_SETS[set]));
}
