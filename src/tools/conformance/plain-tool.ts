import type { z } from 'zod';
import type { ToolResult } from '../../tasks/task.ts';
import { jsonSchemaOf, parseWith } from '../schema.ts';
import type { Tool, ToolContext } from '../tool.ts';

/** A tool that leaves no effect outside, put together from what it takes and what it does. */
export interface PlainTool<Schema extends z.ZodObject>
  extends Pick<Tool, 'name' | 'title' | 'description' | 'questions' | 'taskSupport' | 'expectedMs'> {
  readonly schema: Schema;
  run(args: z.output<Schema>, context: ToolContext): Promise<ToolResult>;
}

export function createPlainTool<Schema extends z.ZodObject>({ schema, run, ...plain }: PlainTool<Schema>): Tool {
  return {
    ...plain,
    inputSchema: jsonSchemaOf(schema),
    annotations: { readOnlyHint: true, idempotentHint: true, destructiveHint: false, openWorldHint: false },
    safeToRepeat: () => true,
    slaMs: null,
    parse: (args) => parseWith(schema, args),
    run: (args, context) => run(schema.parse(args), context),
  };
}

export function textResult(text: string): ToolResult {
  return { content: [{ type: 'text', text }] };
}
