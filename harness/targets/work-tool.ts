import { UsageError, unknownName } from '../model/usage-error.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import { isObject, type JsonObject, parseJson } from '../wire/json-rpc.ts';
import type { Profile, ToolSpec } from './profile-schema.ts';
import { starterProfile } from './starter-profile.ts';
import type { Probed, TargetOptions } from './target.ts';

/** How long a tool that nobody described may take: the slowest tool of ten published servers took under half of it. */
const TAKES_MS_UNKNOWN = 10_000;
/** The tool of the official fixtures counts in whole seconds; one is its least. */
const SLOW_COMPUTE_SECONDS = 1;

/** The profile's additions that a found work tool brings. */
export type FoundWork = Pick<Profile, 'tools' | 'effects'>;

/**
 * The work tool of a server whose profile names none: `--tool` with `--arguments`, else a tool named `effect`, else
 * `slow_compute`. Throws a UsageError that lists the server's tools and shows a profile to start from.
 */
export function findWorkTool(probed: Probed, options: TargetOptions): FoundWork {
  const { tools } = probed;
  if (options.tool !== undefined) {
    const tool = tools.get(options.tool);
    if (!tool) throw unknownName('tool', options.tool, [...tools.keys()], 'this server');
    return { tools: { work: namedTool(tool, options.arguments) } };
  }
  const effect = tools.get('effect');
  // The contract of a tool with this name: it writes begin and commit of its token to the ledger.
  if (effect) return { tools: { work: effectTool(effect) }, effects: { delivery: 'exactly-once' } };
  const slow = tools.get('slow_compute');
  if (slow) return { tools: { work: slowTool(slow) } };
  const orInside = options.module === undefined ? '' : ', or `export const profile = {…}` in the module';
  throw new UsageError(
    [
      `None of this server's tools is named 'effect' or 'slow_compute', so say which one does the work: ` +
        `--tool NAME --arguments '{"argument": "{{token}}"}', or --profile FILE${orInside}.`,
      `Its tools: ${listed(tools)}`,
      'A profile to start from:',
      '',
      starterProfile(probed, options),
    ].join('\n'),
  );
}

/** What can be said of `--arguments` before the server is asked. Throws a UsageError. */
export function checkArguments({ tool, arguments: given }: TargetOptions): void {
  if (given === undefined) return;
  if (tool === undefined) throw new UsageError('--arguments are those of a tool; name it with --tool.');
  if (!isObject(parseJson(given))) throw new UsageError(`--arguments must be one JSON object; got ${given}`);
}

/** Throws a UsageError for a tool that the profile names and the server has not. */
export function checkToolNames(profile: Profile, tools: ReadonlyMap<string, ServerTool>, where: string): void {
  const { handle, tools: named } = profile;
  const names: readonly (readonly [string | undefined, string])[] = [
    [named?.work?.name, 'tools.work'],
    [named?.failing?.name, 'tools.failing'],
    [named?.quick?.name, 'tools.quick'],
    [named?.asking?.name, 'tools.asking'],
    [handle?.start.tool, 'handle.start'],
    [handle?.status.tool, 'handle.status'],
    [handle?.wait?.tool, 'handle.wait'],
    [handle?.result?.tool, 'handle.result'],
    [handle?.answer?.tool, 'handle.answer'],
    [handle?.cancel?.tool, 'handle.cancel'],
    ...(profile.setup ?? []).map(({ tool }, index) => [tool, `setup[${index}]`] as const),
  ];
  for (const [name, key] of names) {
    if (name !== undefined && !tools.has(name)) {
      throw unknownName('tool', name, [...tools.keys()], `${key} of ${where}; the server lists its tools`);
    }
  }
}

function namedTool(tool: ServerTool, given: string | undefined): ToolSpec {
  const args = given === undefined ? {} : parseJson(given);
  if (!isObject(args)) throw new UsageError(`--arguments must be one JSON object; got ${given}`);
  return { name: tool.name, arguments: args, takes: TAKES_MS_UNKNOWN, ...keyOf(tool) };
}

function effectTool(tool: ServerTool): ToolSpec {
  const has = (name: string) => name in propertiesOf(tool);
  const mode = has('mode') ? { mode: 'repeatable' } : {};
  return {
    name: tool.name,
    arguments: { token: '{{token}}', ...(has('ms') ? { ms: '{{ms}}' } : {}), ...mode },
    takes: has('ms') ? 600 : TAKES_MS_UNKNOWN,
    ...keyOf(tool),
  };
}

function slowTool(tool: ServerTool): ToolSpec {
  return {
    name: tool.name,
    arguments: { seconds: SLOW_COMPUTE_SECONDS, ...('label' in propertiesOf(tool) ? { label: '{{token}}' } : {}) },
    takes: SLOW_COMPUTE_SECONDS * 1000,
    ...keyOf(tool),
  };
}

/** A tool that has an argument of this name says that it tells a retry from a new call. */
function keyOf(tool: ServerTool): { readonly key?: string } {
  return 'idempotency_key' in propertiesOf(tool) ? { key: 'idempotency_key' } : {};
}

export function propertiesOf(tool: ServerTool): JsonObject {
  return isObject(tool.inputSchema.properties) ? tool.inputSchema.properties : {};
}

function listed(tools: ReadonlyMap<string, ServerTool>): string {
  if (tools.size === 0) return 'none.';
  return [...tools.values()].map((tool) => `${tool.name}(${Object.keys(propertiesOf(tool)).join(', ')})`).join(', ');
}
