import { INSPECT_TOOL, type Json, type JsonMap } from '../../model/evaluation/instance.ts';
import type { DialectId } from '../../model/operation.ts';
import { probeServer } from '../../run/probe.ts';
import { type EvaluationServer, realTarget } from '../driver/target.ts';
import type { OfferedTool } from './completion.ts';
import type { ModelPlay } from './model-play.ts';

/**
 * What the server of an evaluation offers, as it says itself (tools/list), by tool class; the tool of the judges is left out.
 * `classesOf`: the classes of each tool in the data set. Starts the server once and ends it.
 */
export async function offeredTools(
  server: EvaluationServer & { readonly dialect: DialectId },
  classesOf: ReadonlyMap<string, ReadonlySet<string>>,
  signal: AbortSignal,
): Promise<Pick<ModelPlay, 'instructions' | 'toolsByClass'>> {
  const { launch, headersFor } = await realTarget(server);
  const { dialect } = server;
  const { tools, instructions } = await probeServer({ launch, url: null, headers: headersFor(1), dialect }, signal);
  const toolsByClass: Record<string, OfferedTool[]> = {};
  for (const { name, description, inputSchema } of tools.values()) {
    if (name === INSPECT_TOOL) continue;
    const parameters = plainMap(inputSchema);
    for (const toolClass of classesOf.get(name) ?? []) {
      const own = toolsByClass[toolClass] ?? [];
      own.push({ type: 'function', function: { name, description, parameters } });
      toolsByClass[toolClass] = own;
    }
  }
  return { instructions, toolsByClass };
}

/** It came as JSON. */
function plainMap(schema: object): JsonMap {
  const copy: Record<string, Json> = JSON.parse(JSON.stringify(schema));
  return copy;
}
